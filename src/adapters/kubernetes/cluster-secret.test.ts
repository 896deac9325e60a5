import { expect, test } from "vitest";
import { readClusterSecret } from "./cluster-secret.js";

const secret = (data: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "prod-eu-1", namespace: "argocd", labels: { env: "prod" } },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")])),
});
const pem = Buffer.from("PEM").toString("base64");

test("a cluster Secret gives name, server, labels and how to authenticate", () => {
  const cluster = readClusterSecret(
    secret({
      name: "prod-eu-1",
      server: "https://10.0.0.1:6443/",
      config: `{"bearerToken":"t","tlsClientConfig":{"caData":"${pem}","serverName":"kube"}}`,
      namespaces: "a, b",
    }),
  );
  expect(cluster).toMatchObject({
    name: "prod-eu-1",
    server: "https://10.0.0.1:6443",
    labels: { env: "prod" },
    namespaces: ["a", "b"],
  });
  expect(cluster.connection).toEqual({ server: "https://10.0.0.1:6443", bearerToken: "t", caData: "PEM", tlsServerName: "kube" });
});

test.each([
  ["no server", { name: "x" }, "CLUSTER_SECRET_SERVER"],
  ["a server that is no URL", { server: "prod" }, "CLUSTER_SECRET_SERVER"],
  ["broken JSON", { server: "https://x", config: '{"bearerToken": secret-token' }, "CLUSTER_SECRET_CONFIG"],
  ["caData that is not base64", { server: "https://x", config: '{"tlsClientConfig":{"caData":"%%%"}}' }, "CLUSTER_SECRET_CONFIG"],
  ["awsAuthConfig", { server: "https://x", config: '{"awsAuthConfig":{"clusterName":"x"}}' }, "CLUSTER_SECRET_AUTH"],
])("a cluster Secret with %s is an input error that names the Secret and tells no secret", (_, data, code) => {
  const read = () => readClusterSecret(secret(data as Record<string, string>));
  expect(read).toThrow(expect.objectContaining({ kind: "input", code, location: { file: "Secret argocd/prod-eu-1" } }));
  expect(read).not.toThrow(/secret-token/);
});
