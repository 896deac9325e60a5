import type { IncomingMessage, ServerResponse } from "node:http";
import { parseYaml } from "../../core/yaml/parse.js";
import { readJson, writeJson } from "../api/json.js";
import type { RequestInfo } from "../api/request-info.js";
import type { ResourceType } from "../api/resource-type.js";
import { badRequest, StatusError, unsupportedMediaType } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { decodeProtobuf } from "../protobuf/decode.js";
import type { Shape } from "./accept.js";

const bodyLimitBytes = 16 * 1024 * 1024;

/** One request and the means to answer it. */
export interface Exchange {
  readonly cluster: Cluster;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly shape: Shape;
  readonly warnings: string[];
}

/** A request for one resource. */
export interface ResourceExchange extends Exchange {
  readonly info: RequestInfo;
  readonly type: ResourceType;
}

export function sendText(exchange: Exchange, code: number, contentType: string, text: string): void {
  const { response } = exchange;
  const body = Buffer.from(text, "utf8");
  if (exchange.warnings.length > 0) response.setHeader("warning", exchange.warnings.map(warningHeader));
  response.writeHead(code, { "content-type": contentType, "cache-control": "no-cache, private", "content-length": body.length });
  response.end(body);
}

export function sendJson(exchange: Exchange, code: number, value: unknown): void {
  sendText(exchange, code, "application/json", typeof value === "string" ? value : writeJson(value));
}

/** Any thrown value as a `metav1.Status`. */
export function sendError(exchange: Exchange, error: unknown): void {
  const refusal = asStatusError(error);
  if (exchange.response.headersSent) {
    exchange.response.end();
    return;
  }
  const retry = refusal.details?.retryAfterSeconds;
  if (retry !== undefined) exchange.response.setHeader("retry-after", String(retry));
  sendJson(exchange, refusal.code, refusal.toStatus());
}

export function asStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new StatusError(500, "InternalError", `Internal error occurred: ${why}`, {
    causes: [{ reason: "", message: why, field: "" }],
  });
}

export function mediaType(exchange: Exchange): string {
  return (exchange.request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
}

/** The whole request body. Throws 413 past the limit. */
export async function readBody(exchange: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of exchange.request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimitBytes)
      throw new StatusError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${bodyLimitBytes}`);
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** The body as a value, from JSON, YAML or protobuf. Throws 400 and 415. */
export async function readValue(exchange: Exchange): Promise<unknown> {
  const body = await readBody(exchange);
  const type = mediaType(exchange);
  switch (type) {
    case "":
    case "application/json":
      return parseJsonBody(body.toString("utf8"));
    case "application/yaml":
      return parseYamlBody(body.toString("utf8"));
    case "application/vnd.kubernetes.protobuf":
      return decodeProtobuf(body);
    default:
      throw unsupportedMediaType(type, "application/json, application/yaml, application/vnd.kubernetes.protobuf");
  }
}

export function parseJsonBody(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** YAML bodies; most clients send JSON under that name. */
export function parseYamlBody(text: string): unknown {
  if (text.trimStart().startsWith("{")) return parseJsonBody(text);
  try {
    return parseYaml(text, { dialect: "kubernetes" });
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function warningHeader(text: string): string {
  return `299 - "${text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replace(/[^\x20-\x7e]/g, "?")}"`;
}
