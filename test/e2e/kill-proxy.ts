import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, type Dispatcher, request } from "undici";

/** A write that reached the API server, and what it answered. */
export interface Write {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /** Of the object that was created; "" for other writes. */
  readonly name: string;
  /** Who sent it, as it says. */
  readonly agent: string;
  /** When it reached the API server, in milliseconds. */
  readonly atMs: number;
}

/** Before it reaches the API server, or after it has worked and before its answer is seen. */
export type Moment = "before" | "after";

/** An HTTP server between a controller and its API server that calls `kill` at the n-th write from when it was armed. */
export class KillProxy {
  readonly writes: Write[] = [];
  /** Writes begun since it was armed last. */
  seen = 0;
  private readonly server = createServer((incoming, answer) => void this.serve(incoming, answer));
  private readonly dispatcher = new Agent({ connect: { rejectUnauthorized: false }, headersTimeout: 0, bodyTimeout: 0 });
  private trap: { readonly at: number; readonly moment: Moment; readonly kill: () => void } | undefined;

  constructor(private readonly upstream: string) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  arm(at: number, moment: Moment, kill: () => void): void {
    this.seen = 0;
    this.trap = { at, moment, kill };
  }

  /** Counts from now on, without a kill. */
  disarm(): void {
    this.seen = 0;
    this.trap = undefined;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.dispatcher.destroy();
  }

  private async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = incoming;
    const path = url.replace(/\?.*/, "");
    const isWrite = method !== "GET" && !path.endsWith("/events");
    let trap: typeof this.trap;
    if (isWrite && ++this.seen === this.trap?.at) {
      trap = this.trap;
      this.trap = undefined;
    }
    try {
      if (trap?.moment === "before") {
        trap.kill();
        return void incoming.destroy();
      }
      if (isWrite) await this.passWrite(incoming, answer, { method, url, path, kill: trap?.kill });
      else await this.passRead(incoming, answer, url);
    } catch {
      answer.destroy();
    }
  }

  private async passWrite(
    incoming: IncomingMessage,
    answer: ServerResponse,
    of: { readonly method: string; readonly url: string; readonly path: string; readonly kill: (() => void) | undefined },
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const atMs = Date.now();
    const response = await this.ask(incoming, of.url, Buffer.concat(chunks));
    const text = await response.body.text();
    const name = of.method === "POST" ? nameIn(text) : "";
    this.writes.push({
      method: of.method,
      path: of.path,
      status: response.statusCode,
      name,
      agent: incoming.headers["user-agent"] ?? "",
      atMs,
    });
    if (of.kill) {
      of.kill();
      answer.destroy();
    } else answer.writeHead(response.statusCode, headersOf(response)).end(text);
  }

  private async passRead(incoming: IncomingMessage, answer: ServerResponse, url: string): Promise<void> {
    const response = await this.ask(incoming, url, undefined);
    answer.on("close", () => response.body.destroy());
    response.body.on("error", () => answer.destroy());
    answer.writeHead(response.statusCode, headersOf(response));
    answer.flushHeaders();
    response.body.pipe(answer);
  }

  private async ask(incoming: IncomingMessage, url: string, body: Buffer | undefined): Promise<Dispatcher.ResponseData> {
    const { host: _, connection: __, "transfer-encoding": ___, ...headers } = incoming.headers;
    return await request(`${this.upstream}${url}`, {
      method: incoming.method as Dispatcher.HttpMethod,
      headers,
      dispatcher: this.dispatcher,
      ...(body === undefined || body.length === 0 ? {} : { body }),
    });
  }
}

function headersOf(response: Dispatcher.ResponseData): Record<string, string | string[]> {
  const entries = Object.entries(response.headers).filter(
    (entry): entry is [string, string | string[]] =>
      entry[1] !== undefined && !["connection", "transfer-encoding", "content-length", "keep-alive"].includes(entry[0]),
  );
  return Object.fromEntries(entries);
}

function nameIn(text: string): string {
  return (JSON.parse(text) as { metadata?: { name?: string } }).metadata?.name ?? "";
}
