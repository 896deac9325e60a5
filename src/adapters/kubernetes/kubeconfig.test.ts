import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readClusterSecret } from "./cluster-secret.js";
import { loadKubeconfig } from "./kubeconfig.js";

const directory = mkdtempSync(join(tmpdir(), "kubeconfig-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const pem = Buffer.from("PEM").toString("base64");
const plugin = join(directory, "plugin.sh");
writeFileSync(
  plugin,
  `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'\n`,
  { mode: 0o755 },
);
const file = join(directory, "config");
writeFileSync(
  file,
  `apiVersion: v1
kind: Config
current-context: one
clusters:
  - {name: one, cluster: {server: "https://one.example.com", certificate-authority-data: ${pem}, tls-server-name: kube}}
  - {name: two, cluster: {server: "http://two.example.com"}}
users:
  - {name: ada, user: {token: secret}}
  - {name: plug, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, interactiveMode: Never}}}
contexts:
  - {name: one, context: {cluster: one, user: ada}}
  - {name: two, context: {cluster: two, user: plug}}
`,
);

test("the current context gives server, certificate authority and token", async () => {
  expect(await loadKubeconfig({ file })).toEqual({
    server: "https://one.example.com",
    caData: "PEM",
    tlsServerName: "kube",
    bearerToken: "secret",
  });
});

test("a credential plug-in is asked for headers", async () => {
  const connection = await loadKubeconfig({ file, context: "two" });
  expect(connection.server).toBe("http://two.example.com");
  expect(await connection.headers?.()).toEqual({ authorization: "Bearer from-plugin" });
});

test("a cluster Secret may name a credential plug-in too", async () => {
  const config = JSON.stringify({ execProviderConfig: { apiVersion: "client.authentication.k8s.io/v1", command: plugin } });
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "x" },
    stringData: { name: "x", server: "https://x.example.com", config },
  };
  expect(await readClusterSecret(secret).connection.headers?.()).toEqual({ authorization: "Bearer from-plugin" });
});

test("a context that is not there names those that are", async () => {
  await expect(loadKubeconfig({ file, context: "three" })).rejects.toMatchObject({
    code: "KUBECONFIG_CONTEXT",
    hint: "it has one, two",
  });
});

test("a file that cannot be read is an input error with its place", async () => {
  await expect(loadKubeconfig({ file: join(directory, "none") })).rejects.toMatchObject({
    code: "KUBECONFIG_INVALID",
    location: { file: join(directory, "none") },
  });
});
