import { type Dispatcher, Pool, ProxyAgent } from "undici";
import { FleetwrightError } from "../../core/errors.js";
import type { ClusterConnection } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";
import { fenced, type WriteFence } from "./fence.js";
import { parseJsonExact, stringifyJson } from "./json.js";
import { statusError, unreachable } from "./status-error.js";

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly timeoutMs?: number;
  readonly impersonate?: string | undefined;
}

/** HTTP to one API server: pooled connections for requests, connections of their own for watches. */
export class Transport {
  private readonly requests: Dispatcher;
  private readonly watches: Dispatcher;
  private readonly prefix: string;
  private readonly origin: string;

  constructor(
    private readonly connection: ClusterConnection,
    private readonly options: {
      readonly connections: number;
      readonly timeoutMs: number;
      readonly fence?: WriteFence;
      readonly userAgent?: () => string;
    },
  ) {
    const url = new URL(connection.server);
    this.origin = url.origin;
    this.prefix = url.pathname.replace(/\/+$/, "");
    const connect = {
      ...(connection.caData === undefined ? {} : { ca: connection.caData }),
      ...(connection.clientCertData === undefined ? {} : { cert: connection.clientCertData }),
      ...(connection.clientKeyData === undefined ? {} : { key: connection.clientKeyData }),
      ...(connection.tlsServerName === undefined ? {} : { servername: connection.tlsServerName }),
      ...(connection.insecure === true ? { rejectUnauthorized: false } : {}),
      timeout: 10_000,
    };
    const shared = { headersTimeout: options.timeoutMs, bodyTimeout: options.timeoutMs };
    const make = (connections: number | null): Dispatcher =>
      connection.proxyUrl === undefined
        ? new Pool(this.origin, { ...shared, connect, connections, keepAliveTimeout: 30_000 })
        : new ProxyAgent({ ...shared, uri: connection.proxyUrl, requestTls: connect, connections: connections ?? 1000 });
    const { fence } = options;
    const requests = make(options.connections);
    this.requests = fence === undefined ? requests : requests.compose(fenced(fence));
    this.watches = make(null);
  }

  /** One request; an answer of 400 or above throws. */
  async request(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    options: RequestOptions = {},
  ): Promise<unknown> {
    const headers = await this.headers(options);
    let status: number;
    let text: string;
    let retryAfter: string | undefined;
    try {
      const answer = await this.requests.request({
        origin: this.origin,
        method,
        path: this.prefix + path + queryString(options.query),
        headers,
        ...(options.body === undefined
          ? {}
          : { body: typeof options.body === "string" ? options.body : stringifyJson(options.body) }),
        ...(options.timeoutMs === undefined ? {} : { headersTimeout: options.timeoutMs, bodyTimeout: options.timeoutMs }),
      });
      status = answer.statusCode;
      retryAfter = single(answer.headers["retry-after"]);
      text = await answer.body.text();
    } catch (cause) {
      if (cause instanceof FleetwrightError) throw cause;
      throw unreachable(this.connection.server, cause);
    }
    let body: unknown;
    try {
      body = text === "" ? undefined : parseJsonExact(text);
    } catch {
      body = { message: text.slice(0, 300) };
      if (status < 400)
        throw new ClusterError(`${this.connection.server} answered something that is not JSON`, {
          reason: "InvalidAnswer",
          status,
        });
    }
    if (status >= 400) throw statusError(status, body, retryAfter);
    return body;
  }

  /** Lines of a streamed answer until the server or the signal ends it; silence longer than `idleMs` ends it too. */
  async *lines(
    path: string,
    query: RequestOptions["query"],
    options: { readonly signal: AbortSignal; readonly idleMs: number },
  ): AsyncIterable<string> {
    const headers = await this.headers({});
    let answer: Dispatcher.ResponseData;
    try {
      answer = await this.watches.request({
        origin: this.origin,
        method: "GET",
        path: this.prefix + path + queryString(query),
        headers,
        signal: options.signal,
        bodyTimeout: options.idleMs,
      });
    } catch (cause) {
      if (options.signal.aborted) return;
      throw unreachable(this.connection.server, cause);
    }
    if (answer.statusCode >= 400) {
      const text = await answer.body.text().catch(() => "");
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch {
        body = { message: text.slice(0, 300) };
      }
      throw statusError(answer.statusCode, body, single(answer.headers["retry-after"]));
    }
    const decoder = new TextDecoder("utf-8");
    let rest = "";
    try {
      for await (const chunk of answer.body) {
        const text = decoder.decode(chunk as Uint8Array, { stream: true });
        let from = 0;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
          const line = rest + text.slice(from, end);
          rest = "";
          from = end + 1;
          if (line !== "") yield line;
        }
        rest += text.slice(from);
      }
    } catch {
      // A broken stream is a watch's ordinary end: the caller goes on from the last resourceVersion it saw.
    } finally {
      answer.body.destroy();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.requests.destroy(), this.watches.destroy()]);
  }

  private async headers(options: RequestOptions): Promise<Record<string, string>> {
    const { connection } = this;
    const headers: Record<string, string> = {
      accept: options.accept ?? "application/json",
      "user-agent": this.options.userAgent?.() ?? "fleetwright",
    };
    if (options.body !== undefined) headers["content-type"] = options.contentType ?? "application/json";
    if (connection.bearerToken !== undefined) headers["authorization"] = `Bearer ${connection.bearerToken}`;
    else if (connection.username !== undefined)
      headers["authorization"] = `Basic ${Buffer.from(`${connection.username}:${connection.password ?? ""}`).toString("base64")}`;
    const user = options.impersonate ?? connection.impersonate;
    if (user !== undefined) headers["impersonate-user"] = user;
    return connection.headers === undefined ? headers : { ...headers, ...(await connection.headers()) };
  }
}

function queryString(query: RequestOptions["query"]): string {
  const parts = Object.entries(query ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(String(value))}`],
  );
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
