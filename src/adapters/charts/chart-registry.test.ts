import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compileTemplate, executeTemplate } from "../../core/gotemplate/index.js";
import { gzip, utf8Encode } from "../../platform/bytes.js";
import type { ChartRegistryPort } from "../../ports/registry.js";
import type { RepositoryCredentials } from "../../ports/source.js";
import { type ChartRegistryOptions, chartRegistry } from "./chart-registry.js";

interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const packed = gzip(
  tar({ "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\n", "web/templates/a.yaml": "kind: A\n" }),
);
const digest = createHash("sha256").update(packed).digest("hex");
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

let directory: string;
const servers: Server[] = [];
const registries: ChartRegistryPort[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "charts-"));
});

afterEach(async () => {
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true });
});

describe("a classic repository", () => {
  const index = (urls: string, more = `digest: ${digest}`) =>
    `apiVersion: v1\nentries:\n  web:\n${["1.2.0", "1.10.0", "2.0.0-rc.1", "1.9.0"]
      .map((version) => `  - {name: web, version: ${version}, urls: ["${urls}"], ${more}}\n`)
      .join("")}`;

  test.each([
    ["^1.2", "1.10.0"],
    ["~1.9", "1.9.0"],
    ["", "1.10.0"],
    ["*", "1.10.0"],
    [">=1.0.0-0", "2.0.0-rc.1"],
    ["1.2.0", "1.2.0"],
    ["2.0.0-rc.1", "2.0.0-rc.1"],
  ])("resolves %s to %s", async (revision, version) => {
    const { url } = await serve((_, response) => response.end(index("web.tgz")));
    expect((await registryOf().resolve({ repoURL: url, chart: "web", revision })).version).toBe(version);
  });

  test("says which versions there are where none fits", async () => {
    const { url } = await serve((_, response) => response.end(index("web.tgz")));
    const resolved = registryOf().resolve({ repoURL: url, chart: "web", revision: "^3" });
    await expect(resolved).rejects.toMatchObject({ code: "CHART_VERSION", hint: expect.stringContaining("1.2.0") });
  });

  test("is asked whether the index has changed, and not read again for a 304", async () => {
    const { url, seen } = await serve((request, response) => {
      if (request.headers["if-none-match"] === '"one"') response.writeHead(304).end();
      else response.setHeader("etag", '"one"').end(index("web.tgz"));
    });
    const registry = registryOf();
    await registry.resolve({ repoURL: url, chart: "web", revision: "" });
    expect(await registry.resolve({ repoURL: url, chart: "web", revision: "" }, { maxAgeMs: -1 })).toMatchObject({
      version: "1.10.0",
    });
    expect(seen.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"one"']);
    await registry.resolve({ repoURL: url, chart: "web", revision: "~1.2" }, { maxAgeMs: 60_000 });
    expect(seen).toHaveLength(2);
  });

  test("that has no ETag is asked by the date of its index, and read again when that has changed", async () => {
    let date = "Mon, 02 Nov 2026 10:00:00 GMT";
    const { url, seen } = await serve((request, response) => {
      if (request.headers["if-modified-since"] === date) response.writeHead(304).end();
      else
        response
          .setHeader("last-modified", date)
          .end(date.startsWith("Mon") ? index("web.tgz") : index("web.tgz").replaceAll("1.10.0", "1.11.0"));
    });
    const registry = registryOf();
    const newest = async () => (await registry.resolve({ repoURL: url, chart: "web", revision: "" }, { maxAgeMs: -1 })).version;
    expect([await newest(), await newest()]).toEqual(["1.10.0", "1.10.0"]);
    date = "Tue, 03 Nov 2026 10:00:00 GMT";
    expect(await newest()).toBe("1.11.0");
    expect(seen.map(({ headers }) => headers["if-modified-since"]?.slice(0, 3))).toEqual([undefined, "Mon", "Mon"]);
  });

  test("gives archives by URLs relative to it, once for each digest, with its credentials", async () => {
    const { url, seen } = await serve((request, response) =>
      response.end(request.url === "/charts/index.yaml" ? index("files/web-1.tgz") : packed),
    );
    const credentials = { username: "me", password: "secret" };
    const registry = registryOf({ credentials });
    for (const revision of ["1.2.0", "1.9.0"]) {
      const tree = await registry.tree(
        await registry.resolve({ repoURL: `${url}/charts`, chart: "web", revision }, { maxAgeMs: 1000 }),
      );
      expect(tree.list("")?.map(({ name }) => name)).toEqual(["Chart.yaml", "templates"]);
    }
    expect(seen.map((request) => request.url)).toEqual(["/charts/index.yaml", "/charts/files/web-1.tgz"]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([basic("me:secret"), basic("me:secret")]);
    const later = registryOf({ credentials });
    await later.archive(await later.resolve({ repoURL: `${url}/charts`, chart: "web", revision: "1.2.0" }));
    expect(seen.map((request) => request.url).slice(2)).toEqual(["/charts/index.yaml"]);
  });

  test.each(["by a redirect", "by its index"])("does not let another host have the credentials %s", async (way) => {
    const other = await serve((_, response) => response.end(packed));
    const { url, seen } = await serve((request, response) => {
      if (request.url === "/index.yaml") response.end(index(way === "by its index" ? `${other.url}/web.tgz` : "web.tgz"));
      else response.writeHead(302, { location: `${other.url}/elsewhere.tgz` }).end();
    });
    const registry = registryOf({ credentials: { username: "me", password: "secret" } });
    const chart = await registry.resolve({ repoURL: url, chart: "web", revision: "1.2.0" });
    expect(await registry.archive(chart)).toEqual(packed);
    expect(other.seen).toHaveLength(1);
    expect(other.seen[0]!.headers.authorization).toBeUndefined();
    expect(seen.every(({ headers }) => headers.authorization === basic("me:secret"))).toBe(true);
  });

  test("gives its credentials to the host of its archives only where the request passes them, and not on to where that redirects", async () => {
    const last = await serve((_, response) => response.end(packed));
    const store = await serve((_, response) => response.writeHead(302, { location: `${last.url}/web.tgz` }).end());
    const { url } = await serve((_, response) => response.end(index(`${store.url}/web.tgz`, "")));
    const request = { repoURL: url, chart: "web", revision: "1.2.0", passCredentials: true };
    const registry = registryOf({ credentials: { username: "me", password: "secret" } });
    expect(await registry.archive(await registry.resolve(request))).toEqual(packed);
    expect(store.seen.map(({ headers }) => headers.authorization)).toEqual([basic("me:secret")]);
    expect(last.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("takes the user of its URL along to itself alone, and denies without", async () => {
    const other = await serve((_, response) => response.end(packed));
    const { url } = await serve((request, response) => {
      if (request.headers.authorization !== basic("me:100%")) response.writeHead(401).end();
      else if (request.url === "/index.yaml") response.end(index("web.tgz"));
      else response.writeHead(308, { location: `${other.url}/web.tgz` }).end();
    });
    const registry = registryOf();
    const request = { repoURL: url.replace("//", "//me:100%@"), chart: "web", revision: "1.2.0" };
    expect(await registry.archive(await registry.resolve(request))).toEqual(packed);
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    const denied = registry.resolve({ ...request, repoURL: url });
    await expect(denied).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
  });

  test.each([
    ["//me:secret@[", "REGISTRY_URL"],
    ["ftp://me:secret@example.com", "REGISTRY_URL"],
    ["", "REGISTRY_REDIRECT"],
  ])("at %s fails by itself, and shows no password", async (repoURL, code) => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: "http://[" }).end());
    const asked = { repoURL: repoURL.startsWith("//") ? `https:${repoURL}` : repoURL || url, chart: "web", revision: "" };
    const error: unknown = await registryOf()
      .resolve(asked)
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain("secret");
  });

  test("that is spoken to with TLS cannot send on to a server without", async () => {
    const plain = await serve((_, response) => response.end(index("web.tgz")));
    const { url } = await serve((_, response) => response.writeHead(302, { location: plain.url }).end(), await certificate());
    const registry = registryOf({ credentials: { username: "me", password: "secret", insecure: true } });
    const resolved = registry.resolve({ repoURL: url, chart: "web", revision: "" });
    await expect(resolved).rejects.toMatchObject({ code: "REGISTRY_REDIRECT" });
    expect(plain.seen).toEqual([]);
  });

  test("with entries that make no sense still has the others, and a damaged digest fails its own version alone", async () => {
    const entries = [
      "- ",
      "- {name: web, version: not-a-version, urls: [a.tgz]}",
      "- {name: web, version: 1.3.0}",
      "- {name: web, version: 1.2.0, urls: [a.tgz], digest: sha256:xyz}",
      `- {name: web, version: 1.1.0, urls: [a.tgz], digest: ${digest}}`,
    ];
    const { url } = await serve((request, response) =>
      response.end(request.url === "/index.yaml" ? `entries:\n  web:\n  ${entries.join("\n  ")}\n  other: 1\n` : packed),
    );
    const registry = registryOf();
    const chart = await registry.resolve({ repoURL: url, chart: "web", revision: "*" });
    expect(chart.version).toBe("1.2.0");
    await expect(registry.archive(chart)).rejects.toMatchObject({ code: "REGISTRY_DIGEST" });
    expect(await registry.archive(await registry.resolve({ repoURL: url, chart: "web", revision: "~1.1" }))).toEqual(packed);
  });

  test("whose archive is not what its index promises is refused", async () => {
    const { url } = await serve((request, response) => response.end(request.url === "/index.yaml" ? index("web.tgz") : "other"));
    const registry = registryOf();
    const chart = await registry.resolve({ repoURL: url, chart: "web", revision: "1.2.0" });
    await expect(registry.archive(chart)).rejects.toMatchObject({ code: "REGISTRY_DIGEST" });
  });

  test("cannot make an answer that never ends, nor redirect for ever", async () => {
    const { url } = await serve((request, response) => {
      if (request.url?.startsWith("/loop")) return void response.writeHead(302, { location: `${request.url}x` }).end();
      const more = (): void => void (response.write(Buffer.alloc(1 << 16)) ? setImmediate(more) : response.once("drain", more));
      more();
    });
    const registry = registryOf({ options: { maxIndexBytes: 1 << 20 } });
    await expect(registry.resolve({ repoURL: url, chart: "web", revision: "" })).rejects.toMatchObject({
      code: "REGISTRY_TOO_LARGE",
    });
    const looped = registry.resolve({ repoURL: `${url}/loop`, chart: "web", revision: "" });
    await expect(looped).rejects.toMatchObject({ code: "REGISTRY_REDIRECT" });
  });
});

describe("an OCI registry", () => {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    layers: [
      { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", digest: `sha256:${digest}`, size: packed.length },
    ],
  });
  const manifestDigest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;

  interface Behaviour {
    readonly blob?: Uint8Array;
    readonly blobsAt?: string;
    readonly challenge?: string;
    /** Takes a token this often. */
    readonly tokenUses?: number;
  }

  async function registryServer(options: Behaviour = {}) {
    let uses = 0;
    const realm = await serve((request, response) => {
      if (request.headers.authorization !== basic("me:secret")) response.writeHead(401).end();
      else
        response.end(
          JSON.stringify({ token: `for ${new URL(request.url!, "http://x").searchParams.get("scope")}`, expires_in: 300 }),
        );
    });
    const registry = await serve((request, response) => {
      const path = request.url!;
      const isKnown = request.headers.authorization === "Bearer for repository:team/web:pull";
      if (!isKnown || uses++ >= (options.tokenUses ?? Number.POSITIVE_INFINITY)) {
        uses = 0;
        const challenge = `Bearer realm="${realm.url}/token",service="registry.example.com"`;
        return void response.writeHead(401, { "www-authenticate": options.challenge ?? challenge }).end();
      }
      if (path.startsWith("/v2/team/web/tags/list?n=1000"))
        return void response
          .setHeader("link", '</v2/team/web/tags/list?last=1.2.0>; rel="next"')
          .end(JSON.stringify({ tags: ["1.2.0", "latest"] }));
      if (path.startsWith("/v2/team/web/tags/list")) return void response.end(JSON.stringify({ tags: ["1.3.0_build.7"] }));
      if (path === "/v2/team/web/manifests/1.3.0_build.7" || path === `/v2/team/web/manifests/${manifestDigest}`)
        return void response.setHeader("docker-content-digest", manifestDigest).end(manifest);
      if (path !== `/v2/team/web/blobs/sha256:${digest}`) return void response.writeHead(404).end();
      if (options.blobsAt) return void response.writeHead(307, { location: `${options.blobsAt}/blob` }).end();
      response.end(options.blob ?? packed);
    });
    return { realm, registry, host: registry.url.replace("http://", "") };
  }

  test.each(["oci://", ""])("gives a chart of %sHOST/team by a range, with a token for the credentials", async (scheme) => {
    const { realm, registry, host } = await registryServer();
    const charts = registryOf({ credentials: { username: "me", password: "secret" }, options: { plainHosts: new Set([host]) } });
    const chart = await charts.resolve({ repoURL: `${scheme}${host}/team`, chart: "web", revision: "^1.2" });
    expect(chart).toMatchObject({ version: "1.3.0+build.7", id: manifestDigest });
    expect(await charts.archive(chart)).toEqual(packed);
    // One token serves all; the password goes to the realm alone.
    expect(realm.seen.map(({ url }) => url)).toEqual([
      "/token?service=registry.example.com&scope=repository%3Ateam%2Fweb%3Apull",
    ]);
    expect(registry.seen.some(({ headers }) => headers.authorization?.startsWith("Basic"))).toBe(false);
  });

  test("that stores blobs elsewhere does not send the token along", async () => {
    const store = await serve((_, response) => response.end(packed));
    const { host } = await registryServer({ blobsAt: store.url });
    const charts = registryOf({ credentials: { username: "me", password: "secret" }, options: { plainHosts: new Set([host]) } });
    const chart = await charts.resolve({ repoURL: `oci://${host}/team/web`, chart: "", revision: "1.3.0+build.7" });
    expect(await charts.archive(chart)).toEqual(packed);
    expect(store.seen[0]!.headers.authorization).toBeUndefined();
  });

  test("whose blob is not what the manifest promises is refused", async () => {
    const { host } = await registryServer({ blob: utf8Encode("other") });
    const charts = registryOf({ credentials: { username: "me", password: "secret" }, options: { plainHosts: new Set([host]) } });
    const chart = await charts.resolve({ repoURL: `oci://${host}/team`, chart: "web", revision: "1.3.0+build.7" });
    await expect(charts.archive(chart)).rejects.toMatchObject({ code: "REGISTRY_DIGEST" });
  });

  test("that takes a token no more is asked again with a new one, not for ever", async () => {
    const { realm, host } = await registryServer({ tokenUses: 1 });
    const charts = registryOf({ credentials: { username: "me", password: "secret" }, options: { plainHosts: new Set([host]) } });
    const chart = await charts.resolve({ repoURL: `oci://${host}/team`, chart: "web", revision: "1.3.0+build.7" });
    expect(await charts.archive(chart)).toEqual(packed);
    expect(realm.seen).toHaveLength(3);
    const never = await registryServer({ tokenUses: 0 });
    const refused = registryOf({
      credentials: { username: "me", password: "secret" },
      options: { plainHosts: new Set([never.host]) },
    });
    const resolved = refused.resolve({ repoURL: `oci://${never.host}/team`, chart: "web", revision: "1.2.0" });
    await expect(resolved).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
  });

  test.each([`Bearer realm="nowhere"`, "Bearer", "Negotiate", "", `Basic realm="x"`])(
    "that answers 401 and %j denies",
    async (challenge) => {
      const { host } = await registryServer({ challenge });
      const charts = registryOf({
        credentials: { username: "me", password: "secret" },
        options: { plainHosts: new Set([host]) },
      });
      const resolved = charts.resolve({ repoURL: `oci://${host}/team`, chart: "web", revision: "1.2.0" });
      await expect(resolved).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
    },
  );

  test("that denies says so", async () => {
    const { host } = await registryServer();
    const charts = registryOf({ options: { plainHosts: new Set([host]) } });
    const resolved = charts.resolve({ repoURL: `oci://${host}/team`, chart: "web", revision: "1.2.0" });
    await expect(resolved).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
  });

  test.each(["..", "../../x", "a/../b", "A B"])("is not asked for a chart named %s", async (chart) => {
    const resolved = registryOf().resolve({ repoURL: "oci://registry.example.com/team", chart, revision: "1.2.0" });
    await expect(resolved).rejects.toMatchObject({ code: "REGISTRY_URL" });
  });
});

function registryOf(
  of: { readonly credentials?: RepositoryCredentials; readonly options?: Partial<ChartRegistryOptions> } = {},
): ChartRegistryPort {
  const made = chartRegistry({
    cacheDir: directory,
    credentials: () => of.credentials,
    monotonic: () => performance.now(),
    ...of.options,
  });
  registries.push(made);
  return made;
}

/** A key and a certificate that nobody vouches for. */
async function certificate(): Promise<ServerOptions> {
  const template = `{{ $c := genSelfSignedCert "localhost" nil nil 1 }}{{ $c.Key }}|{{ $c.Cert }}`;
  const compiled = compileTemplate("certificate", template, { functions: "sprig" });
  const random = (count: number) => new Uint8Array(randomBytes(count));
  const [key = "", cert = ""] = executeTemplate(compiled, {}, { random, now: () => BigInt(Date.now()) * 1_000_000n }).split("|");
  return { key, cert };
}

async function serve(answer: Answer, tls?: ServerOptions): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    seen.push({ url: request.url ?? "", headers: request.headers });
    answer(request, response);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function tar(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks: Buffer[] = [];
  for (const [name, text] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(text.length.toString(8).padStart(11, "0"), 124);
    header.write("0", 156);
    header.write("ustar", 257);
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(sum.toString(8).padStart(7, "0"), 148);
    blocks.push(header, Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, "\0")));
  }
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
