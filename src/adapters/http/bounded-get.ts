import { Agent, type Dispatcher, ProxyAgent, request } from "undici";
import { ExternalError, InputError } from "../../core/errors.js";
import type { RepositoryCredentials } from "../../ports/source.js";

export interface GetRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Secrets; sent to `origin` and nowhere else, whatever redirects say. */
  readonly bound?: { readonly origin: string; readonly authorization?: string; readonly credentials?: RepositoryCredentials };
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

const mostRedirects = 5;
const timeoutMs = 30_000;

/** GET with bounds on bytes, time and redirects, and with credentials that never leave their origin. */
export class BoundedHttp {
  private readonly agents = new Map<string, Dispatcher>();

  async get(asked: GetRequest): Promise<Answer> {
    let url = httpUrl(asked.url);
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const { answer, location } = await this.once(url, asked);
      if (location === undefined) return answer;
      if (!URL.canParse(location, url.href)) throw failed(url, "redirects to what is no URL", "REGISTRY_REDIRECT");
      const next = httpUrl(new URL(location, url).href);
      if (url.protocol === "https:" && next.protocol === "http:")
        throw failed(url, "redirects from https to http, which is refused", "REGISTRY_REDIRECT");
      url = next;
    }
    throw failed(url, `redirects more than ${mostRedirects} times`, "REGISTRY_REDIRECT");
  }

  async close(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.close()));
    this.agents.clear();
  }

  private async once(url: URL, asked: GetRequest): Promise<{ answer: Answer; location: string | undefined }> {
    const bound = asked.bound?.origin === url.origin ? asked.bound : undefined;
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: this.agentFor(bound?.credentials, asked.bound?.credentials?.proxy),
        headers: { ...asked.headers, ...(bound?.authorization ? { authorization: bound.authorization } : {}) },
        signal: asked.signal ? AbortSignal.any([asked.signal, limit]) : limit,
      });
      const known = new Map(
        Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : `${value}`]),
      );
      const isRedirect = [301, 302, 303, 307, 308].includes(statusCode);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > asked.maxBytes) {
          body.destroy();
          throw tooLarge(url, asked.maxBytes);
        }
        if (!isRedirect) chunks.push(chunk);
      }
      const answer = { status: statusCode, headers: known, bytes: new Uint8Array(Buffer.concat(chunks)) };
      return { answer, location: isRedirect ? known.get("location") : undefined };
    } catch (cause) {
      if (cause instanceof InputError || cause instanceof ExternalError) throw cause;
      throw failed(url, (cause as Error).message, "REGISTRY_UNREACHABLE", cause);
    }
  }

  /** Client certificates and relaxed checks hold for the bound origin only, a proxy for all. */
  private agentFor(credentials: RepositoryCredentials | undefined, proxy: string | undefined): Dispatcher {
    const { tlsClientCert: cert, tlsClientKey: key, insecure } = credentials ?? {};
    const id = JSON.stringify([cert, key, insecure, proxy]);
    const known = this.agents.get(id);
    if (known) return known;
    const connect = {
      ...(cert && key ? { cert, key } : {}),
      ...(insecure === true ? { rejectUnauthorized: false } : {}),
      timeout: 10_000,
    };
    const made = proxy ? new ProxyAgent({ uri: proxy, requestTls: connect }) : new Agent({ connect });
    this.agents.set(id, made);
    return made;
  }
}

/** The header of a user's name and password, or of a token. */
export function authorizationOf(credentials: RepositoryCredentials | undefined): string | undefined {
  if (credentials?.bearerToken !== undefined) return `Bearer ${credentials.bearerToken}`;
  if (credentials?.password === undefined) return undefined;
  return `Basic ${Buffer.from(`${credentials.username ?? ""}:${credentials.password}`).toString("base64")}`;
}

/** Throws for a status that is no success: 401, 403 and 404 are the user's to mend. */
export function checkStatus({ status }: Answer, url: string, what: string): void {
  if (status >= 200 && status < 300) return;
  const message = `${what}: ${withoutSecrets(url)} answers ${status}`;
  if (status === 404)
    throw new InputError(message, { code: "REGISTRY_NOT_FOUND", hint: "check the name and the repository's URL" });
  if (status === 401 || status === 403)
    throw new ExternalError(message, { code: "REGISTRY_DENIED", hint: "check the repository's Secret" });
  throw new ExternalError(message, { code: "REGISTRY_STATUS" });
}

/** The URL without user and query, which may hold secrets. */
export function withoutSecrets(text: string): string {
  try {
    const url = new URL(text);
    return `${url.origin}${url.pathname}`;
  } catch {
    return "the URL";
  }
}

/** The URL of a text; throws InputError for what is none, or of another protocol. */
export function httpUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    const shown = text.replace(/\/\/.*@/, "//");
    throw new InputError(`${JSON.stringify(shown)} is no URL`, { code: "REGISTRY_URL" });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new InputError(`${url.protocol}// is not fetched from`, { code: "REGISTRY_URL", hint: "use https:// or oci://" });
  return url;
}

function tooLarge(url: URL, maxBytes: number): InputError {
  return new InputError(`${withoutSecrets(url.href)} is larger than ${maxBytes} bytes`, { code: "REGISTRY_TOO_LARGE" });
}

function failed(url: URL, why: string, code: string, cause?: unknown): ExternalError {
  return new ExternalError(`${withoutSecrets(url.href)}: ${why}`, { code, ...(cause === undefined ? {} : { cause }) });
}
