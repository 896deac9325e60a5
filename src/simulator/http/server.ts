import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pathNotFound, StatusError } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import type { Faults } from "../faults.js";
import { acceptedShape } from "./accept.js";
import { serveDiscovery } from "./discovery.js";
import { type Exchange, sendError, sendJson, sendText } from "./exchange.js";
import { serveOpenApi } from "./openapi.js";
import { serveResource } from "./resources.js";
import type { WatchRegistry } from "./watch.js";

export interface ApiServerOptions {
  readonly cluster: Cluster;
  readonly token: string;
  readonly faults: Faults;
  readonly watches: WatchRegistry;
  /** Called with every request, before it is answered. */
  readonly onRequest: ((method: string, url: string) => void) | undefined;
}

const emptyQuery = new URLSearchParams();

/** The HTTP face of a cluster. */
export function createApiServer(options: ApiServerOptions): Server {
  const server = createServer((request, response) => {
    void answer(options, request, response);
  });
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 0;
  server.headersTimeout = 60_000;
  return server;
}

async function answer(options: ApiServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { cluster, faults } = options;
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const method = request.method ?? "GET";
  const shape = acceptedShape(request.headers.accept);
  const exchange: Exchange = {
    cluster,
    request,
    response,
    method,
    path,
    query: mark < 0 ? emptyQuery : new URLSearchParams(url.slice(mark + 1)),
    shape: shape ?? { kind: "object" },
    warnings: [],
  };
  response.on("error", () => {});
  options.onRequest?.(method, url);
  try {
    if (await isFaulty(options, exchange, faults)) return;
    if (serveHealth(exchange)) return;
    checkToken(options, request);
    await route(exchange, options);
  } catch (error) {
    sendError(exchange, error);
  }
}

async function route(exchange: Exchange, options: ApiServerOptions): Promise<void> {
  const { path } = exchange;
  if (path === "/version" || path === "/version/") return sendJson(exchange, 200, versionOf(options.cluster));
  if (path === "/openapi/v2") throw pathNotFound();
  if (path.startsWith("/openapi/v3")) return serveOpenApi(exchange);
  if (path === "/api" || path === "/apis" || path.startsWith("/api/") || path.startsWith("/apis/")) {
    if (exchange.method === "GET" && serveDiscovery(exchange)) return;
    await serveResource(exchange, options.watches);
    return;
  }
  if (path === "/")
    return sendJson(exchange, 200, {
      paths: ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"],
    });
  throw pathNotFound();
}

function serveHealth(exchange: Exchange): boolean {
  if (!/^\/(healthz|readyz|livez)(\/.*)?$/.test(exchange.path)) return false;
  sendText(
    exchange,
    200,
    "text/plain; charset=utf-8",
    exchange.query.has("verbose") ? "[+]ping ok\n[+]etcd ok\nhealthz check passed\n" : "ok",
  );
  return true;
}

/** A wrong token is refused. Without one everybody comes in: client-go keeps credentials to itself where there is no TLS. */
function checkToken(options: ApiServerOptions, request: IncomingMessage): void {
  if (options.token === "" || request.headers.authorization === undefined) return;
  if (request.headers.authorization !== `Bearer ${options.token}`) throw new StatusError(401, "Unauthorized", "Unauthorized");
}

/** Plays the configured faults; true when the request ends here. */
async function isFaulty(options: ApiServerOptions, exchange: Exchange, faults: Faults): Promise<boolean> {
  const { request, response, method, path, cluster } = exchange;
  if (faults.only && !faults.only(method, path)) return false;
  if (faults.unreachable) {
    request.socket.destroy();
    return true;
  }
  if (faults.latencyMs > 0) await cluster.clock.sleep(faults.latencyMs);
  if (faults.dropWatchAfterMs > 0 && exchange.query.has("watch")) {
    const cancel = cluster.clock.schedule(faults.dropWatchAfterMs, () => request.socket.destroy());
    response.on("close", cancel);
  }
  if (faults.failRate > 0 && cluster.random() < faults.failRate) throw faultOf(faults);
  return options.cluster !== cluster;
}

function faultOf(faults: Faults): StatusError {
  switch (faults.failStatus) {
    case 429:
      return new StatusError(429, "TooManyRequests", "too many requests, please try again later", {
        retryAfterSeconds: faults.retryAfterSeconds,
      });
    case 503:
      return new StatusError(503, "ServiceUnavailable", "apiserver is shutting down", {
        retryAfterSeconds: faults.retryAfterSeconds,
      });
    case 504:
      return new StatusError(504, "Timeout", "request did not complete within requested timeout");
    case 500:
      return new StatusError(500, "InternalError", "Internal error occurred: injected fault");
  }
}

function versionOf(cluster: Cluster): object {
  const [, major = "1", minor = "32"] = /^v(\d+)\.(\d+)/.exec(cluster.version) ?? [];
  return {
    major,
    minor,
    gitVersion: cluster.version,
    gitCommit: "0000000000000000000000000000000000000000",
    gitTreeState: "clean",
    buildDate: "2025-01-01T00:00:00Z",
    goVersion: "go1.24",
    compiler: "gc",
    platform: "linux/amd64",
  };
}
