import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningController } from "#src/apps/controller/run-controller.js";
import { appRef, conditionsOf, type Fleet, isSettled, startFleet, syncOf } from "./fleet-fixture.js";

/** A chart repository that asks for a password and keeps its archives on another host. */
interface Repository {
  readonly url: string;
  readonly asked: { readonly host: "repository" | "store"; readonly url: string; readonly authorization: string | undefined }[];
}

let fleet: Fleet;
let running: RunningController;
let repository: Repository;
const servers: Server[] = [];

beforeAll(async () => {
  repository = await chartRepository();
  fleet = await startFleet({
    clusters: ["east"],
    files: {
      "parent/Chart.yaml": `apiVersion: v2\nname: parent\nversion: 0.1.0\ndependencies:\n- {name: web, version: ^1, repository: "${repository.url}"}\n`,
      "parent/values.yaml": "web: {color: green}\n",
      "values/blue.yaml": "color: blue\n",
    },
  });
  await fleet.apply(`apiVersion: v1
kind: Secret
metadata: {name: charts, namespace: argocd, labels: {argocd.argoproj.io/secret-type: repository}}
stringData: {type: helm, url: "${repository.url}", username: reader, password: opensesame}
`);
  running = await fleet.start();
}, 60_000);
afterAll(async () => {
  await fleet.close();
  for (const server of servers) server.close();
});

test("a chart of a repository with a password is deployed at the version that its range means, with values out of git", async () => {
  await fleet.apply(
    app(
      "charted",
      `sources:
  - {repoURL: "${repository.url}", chart: web, targetRevision: ^1.0, helm: {releaseName: shop, valueFiles: [$values/values/blue.yaml]}}
  - {repoURL: $REPO, targetRevision: main, ref: values}`,
    ),
  );
  await fleet.until("charted", (it) => isSettled(it) && syncOf(it) === "Synced");
  expect(await settings("charted", "shop-web")).toEqual({ color: "blue", version: "1.2.0" });
});

test("neither a redirect nor the host it leads to gets the password", () => {
  const of = (host: string) => repository.asked.filter((request) => request.host === host);
  expect(new Set(of("repository").map(({ authorization }) => authorization))).toEqual(
    new Set([`Basic ${Buffer.from("reader:opensesame").toString("base64")}`]),
  );
  expect(of("store").map(({ authorization }) => authorization)).toEqual(of("store").map(() => undefined));
  expect(of("store").length).toBeGreaterThan(0);
});

test("a chart in git gets the dependencies that its charts folder lacks", async () => {
  await fleet.apply(app("parented", "source: {repoURL: $REPO, targetRevision: main, path: parent}"));
  await fleet.until("parented", (it) => isSettled(it) && syncOf(it) === "Synced");
  expect(await settings("parented", "parented-web")).toEqual({ color: "green", version: "1.2.0" });
});

test("a chart in git without a lock is rendered again only where a dependency has a new version", async () => {
  const hits = await metric("fleetwright_render_cache_hits_total");
  const misses = await metric("fleetwright_render_cache_misses_total");
  const refresh = { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } };
  await fleet.hub.patch(appRef("parented"), refresh, { type: "merge" });
  await fleet.until("parented", ({ metadata }) => !JSON.stringify(metadata).includes("argocd.argoproj.io/refresh"));
  expect(await metric("fleetwright_render_cache_hits_total")).toBeGreaterThan(hits);
  expect(await metric("fleetwright_render_cache_misses_total")).toBe(misses);
});

test("a chart of an OCI registry that gives tokens is deployed by its range, with the name and password of its Secret", async () => {
  const registry = await ociRegistry(await chart("1.4.0"));
  await fleet.apply(`apiVersion: v1
kind: Secret
metadata: {name: oci, namespace: argocd, labels: {argocd.argoproj.io/secret-type: repository}}
stringData: {type: helm, enableOCI: "true", insecureOCIForceHttp: "true", url: "${registry.host}/team", username: reader, password: opensesame}
`);
  await fleet.apply(app("pulled", `source: {repoURL: ${registry.host}/team, chart: web, targetRevision: ^1}`));
  await fleet.until("pulled", (it) => isSettled(it) && syncOf(it) === "Synced");
  expect(await settings("pulled", "pulled-web")).toEqual({ color: "red", version: "1.4.0" });
  expect(registry.authorizations.filter((text) => text?.startsWith("Basic"))).toEqual([
    `Basic ${Buffer.from("reader:opensesame").toString("base64")}`,
  ]);
});

test("a version that no chart has is told on that Application, the others go on", async () => {
  await fleet.apply(app("lost", `source: {repoURL: "${repository.url}", chart: web, targetRevision: ^7}`));
  const lost = await fleet.until("lost", (it) => conditionsOf(it).some(({ type }) => type === "ComparisonError"));
  expect(JSON.stringify(conditionsOf(lost))).toContain("^7");
  expect(syncOf((await fleet.app("charted"))!)).toBe("Synced");
});

const app = (name: string, source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  ${source}
  destination: {name: east, namespace: ${name}}
  syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true]}
`;

async function metric(name: string): Promise<number> {
  return Number(new RegExp(`^${name} (\\d+)`, "m").exec(await running.metrics())?.[1] ?? 0);
}

async function settings(namespace: string, name: string): Promise<unknown> {
  const found = await fleet.cluster("east").get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
  return (found as { readonly data?: unknown } | undefined)?.data;
}

async function chartRepository(): Promise<Repository> {
  const asked: Repository["asked"] = [];
  const note = (host: "repository" | "store", { url = "", headers }: IncomingMessage) =>
    void asked.push({ host, url, authorization: headers.authorization });
  const archives = new Map(
    await Promise.all(["1.0.0", "1.2.0", "2.0.0"].map(async (version) => [version, await chart(version)] as const)),
  );
  const store = await serve((request, response) => {
    note("store", request);
    response.end(archives.get(/web-(.*)\.tgz/.exec(request.url ?? "")?.[1] ?? ""));
  });
  const url = await serve((request, response) => {
    note("repository", request);
    if (request.headers.authorization === undefined) response.writeHead(401).end();
    else if (request.url === "/index.yaml") response.end(index);
    else response.writeHead(302, { location: `${store}${request.url}` }).end();
  });
  const entries = [...archives].map(
    ([version, bytes]) =>
      `  - {name: web, version: ${version}, urls: [web-${version}.tgz], digest: ${createHash("sha256").update(bytes).digest("hex")}}\n`,
  );
  const index = `apiVersion: v1\nentries:\n  web:\n${entries.join("")}`;
  return { url, asked };
}

/** Speaks the distribution protocol: a token is asked for by name and password, and pulls one repository. */
async function ociRegistry(
  archive: Buffer,
): Promise<{ readonly host: string; readonly authorizations: readonly (string | undefined)[] }> {
  const sha = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const mediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, layers: [{ mediaType, digest: sha(archive), size: archive.length }] }),
  );
  const authorizations: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    const { authorization, host } = request.headers;
    authorizations.push(authorization);
    if (request.url?.startsWith("/token")) return void response.end(JSON.stringify({ token: "pull-web" }));
    if (authorization !== "Bearer pull-web")
      return void response.writeHead(401, { "www-authenticate": `Bearer realm="http://${host}/token",service="${host}"` }).end();
    const path = request.url?.replace("/v2/team/web/", "") ?? "";
    if (path.startsWith("tags/list")) response.end(JSON.stringify({ tags: ["1.4.0", "2.0.0"] }));
    else if (path === "manifests/1.4.0" || path === `manifests/${sha(manifest)}`) response.end(manifest);
    else if (path === `blobs/${sha(archive)}`) response.end(archive);
    else response.writeHead(404).end();
  });
  return { host: url.replace("http://", ""), authorizations };
}

async function chart(version: string): Promise<Buffer> {
  const files = {
    "web/Chart.yaml": `apiVersion: v2\nname: web\nversion: ${version}\n`,
    "web/values.yaml": "color: red\n",
    "web/templates/settings.yaml":
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}-web"}\ndata: {color: "{{ .Values.color }}", version: "{{ .Chart.Version }}"}\n',
  };
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
