import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ApiResource, ClusterPort } from "../../ports/cluster.js";
import { kubernetesClient } from "./kubernetes-client.js";

type Answer = { status?: number; body?: unknown; lines?: readonly unknown[]; headers?: Record<string, string> };

let server: Server;
let client: ClusterPort;
let seen: { method: string; url: string; type: string | undefined; body: string }[];
let answers: (request: IncomingMessage, url: URL) => Answer | undefined;

const configMaps: ApiResource = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  verbs: ["list", "watch"],
};
const discovery: Record<string, unknown> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", groups: [] },
  "/api/v1": {
    kind: "APIResourceList",
    resources: [{ name: "configmaps", kind: "ConfigMap", namespaced: true, verbs: ["get", "list", "watch"] }],
  },
};

beforeEach(async () => {
  seen = [];
  answers = () => undefined;
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://x");
      seen.push({ method: request.method ?? "", url: request.url ?? "", type: request.headers["content-type"], body });
      const answer = answers(request, url) ?? { body: discovery[url.pathname], status: discovery[url.pathname] ? 200 : 404 };
      response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
      if (answer.lines) for (const line of answer.lines) response.write(`${JSON.stringify(line)}\n`);
      response.end(
        answer.body === undefined ? undefined : typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = kubernetesClient({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bearerToken: "t" });
});

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const configMap = (name: string, more = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "a" },
  ...more,
});

test("pages are followed to the end and list items get their apiVersion and kind", async () => {
  answers = (_, url) => {
    if (url.pathname !== "/api/v1/configmaps") return undefined;
    const more = url.searchParams.get("continue");
    return {
      body: {
        metadata: { resourceVersion: "7", ...(more ? {} : { continue: "next" }) },
        items: [{ metadata: { name: more ? "b" : "a" } }],
      },
    };
  };
  expect(await client.list(configMaps)).toEqual({
    resourceVersion: "7",
    items: [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b" } },
    ],
  });
});

test("a watch gives events and bookmarks; an ERROR event 410 is thrown as Expired", async () => {
  answers = (_, url) =>
    url.searchParams.get("watch")
      ? {
          lines: [
            { type: "ADDED", object: configMap("a") },
            { type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } },
            { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" } },
          ],
        }
      : undefined;
  const events: unknown[] = [];
  const watching = async () => {
    for await (const event of client.watch(configMaps, { resourceVersion: "1", signal: new AbortController().signal }))
      events.push(event);
  };
  await expect(watching()).rejects.toMatchObject({ reason: "Expired" });
  expect(events).toEqual([
    { kind: "added", object: configMap("a") },
    { kind: "bookmark", resourceVersion: "9" },
  ]);
});

test("server-side apply, patches and dry run reach the server with their media type and query", async () => {
  answers = (request) => (request.method === "PATCH" ? { body: configMap("a") } : undefined);
  await client.apply(configMap("a"), { fieldManager: "argocd-controller", force: true, dryRun: true });
  await client.patch({ apiVersion: "v1", kind: "ConfigMap", name: "a", namespace: "a" }, [{ op: "remove", path: "/data" }], {
    type: "json",
  });
  expect(seen.filter((request) => request.method === "PATCH").map(({ url, type }) => [url, type])).toEqual([
    ["/api/v1/namespaces/a/configmaps/a?dryRun=All&fieldManager=argocd-controller&force=true", "application/apply-patch+yaml"],
    ["/api/v1/namespaces/a/configmaps/a", "application/json-patch+json"],
  ]);
});

test("integers beyond 2^53 are sent with all their digits", async () => {
  answers = (request) => (request.method === "POST" ? { body: configMap("a") } : undefined);
  await client.create(configMap("a", { big: 9007199254740993n }));
  expect(seen.at(-1)?.body).toContain('"big":9007199254740993');
});

test("a Status answer becomes a ClusterError with its reason; an absent object is undefined", async () => {
  answers = (request) =>
    request.method === "POST"
      ? { status: 409, body: { kind: "Status", reason: "AlreadyExists", code: 409, message: "exists" } }
      : undefined;
  await expect(client.create(configMap("a"))).rejects.toMatchObject({ reason: "AlreadyExists", status: 409, message: "exists" });
  expect(await client.get({ apiVersion: "v1", kind: "ConfigMap", name: "none", namespace: "a" })).toBeUndefined();
  await expect(client.get({ apiVersion: "x/v1", kind: "Thing", name: "a" })).rejects.toMatchObject({ reason: "NoKindMatch" });
});

test("a server that does not answer is Unreachable", async () => {
  const nobody = kubernetesClient({ server: "http://127.0.0.1:1" });
  await expect(nobody.version()).rejects.toMatchObject({ reason: "Unreachable", status: 0 });
  await nobody.close();
});
