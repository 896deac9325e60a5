import { Agent, fetch } from "undici";
import { ExternalError } from "../../core/errors.js";
import type { Value } from "../../core/manifest/value.js";
import { isObject } from "../../core/manifest/value.js";
import type { Clock } from "../../ports/clock.js";
import type { Metrics } from "../../ports/telemetry.js";
import type { ConditionalReplies } from "./conditional-replies.js";
import { RateLimits } from "./rate-limits.js";

export interface ScmHttpOptions {
  /** Sent with every request; a token goes nowhere but to `origin`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Scheme, host and port that requests may go to. */
  readonly origin: string;
  readonly clock: Pick<Clock, "sleep" | "now">;
  readonly insecure?: boolean;
  readonly ca?: string;
  /** How long a rate limit may be waited for; a longer one is an ExternalError with the time it ends. */
  readonly maxWaitMs?: number;
  /** Tagged replies of before. */
  readonly conditional?: ConditionalReplies;
  /** What hosts have said of their limits before. */
  readonly limits?: RateLimits;
  readonly metrics?: Pick<Metrics, "count" | "gauge">;
  readonly signal?: AbortSignal | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Value;
}

type Headers = { get(name: string): string | null };

export interface ScmRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Statuses that are an answer, not an error. */
  readonly accept?: readonly number[];
}

/** JSON requests to one host. */
export interface ScmHttp {
  request(url: string, request?: ScmRequest): Promise<Reply>;
}

const maxAttempts = 4;

/**
 * A client that waits for short rate limits and retries what a server may get over. Throws ExternalError SCM_RATE_LIMIT, SCM_HTTP (any other
 * status) or SCM_UNREACHABLE.
 */
export function createScmHttp(options: ScmHttpOptions): ScmHttp {
  const { origin, clock, headers, maxWaitMs = 60_000, limits = new RateLimits() } = options;
  const who = limits.keyOf(origin, headers);
  const dispatcher =
    options.insecure || options.ca
      ? new Agent({ connect: { rejectUnauthorized: !options.insecure, ...(options.ca ? { ca: options.ca } : {}) } })
      : undefined;
  return {
    async request(url, request = {}) {
      if (new URL(url).origin !== origin)
        throw new ExternalError(`${origin} refers to another host, ${new URL(url).origin}`, { code: "SCM_OTHER_HOST" });
      for (let attempt = 1; ; attempt++) {
        const leftMs = limits.leftMs(who, clock.now());
        if (leftMs > maxWaitMs) throw stillLimited(url, leftMs);
        if (leftMs > 0) await clock.sleep(leftMs, options.signal);
        const key = options.conditional?.keyOf(url, request, headers);
        const answered = await send(url, { ...request, headers: { ...request.headers, ...options.conditional?.headers(key) } });
        noteBudget(answered);
        const limitedMs = limits.note(who, answered, clock.now());
        const reply = options.conditional?.take(key, answered) ?? answered;
        if (reply.status < 300 || request.accept?.includes(reply.status)) return reply;
        const waitMs = limitedMs ?? (reply.status >= 500 ? 250 * 2 ** attempt : undefined);
        if (waitMs === undefined) throw failed(url, reply, "SCM_HTTP");
        if (waitMs > maxWaitMs || attempt === maxAttempts)
          throw failed(url, reply, reply.status >= 500 ? "SCM_HTTP" : "SCM_RATE_LIMIT", waitMs);
        if (limitedMs === undefined) await clock.sleep(waitMs, options.signal);
      }
    },
  };

  /** What the host says of its budget: GitHub's names, GitLab's, and those of the draft standard. */
  function noteBudget({ status, headers: answered }: Reply): void {
    const { metrics } = options;
    if (metrics === undefined) return;
    const { host } = new URL(origin);
    metrics.count("fleetwright_provider_requests_total", { host, status: String(status) });
    const remaining = answered.get("x-ratelimit-remaining") ?? answered.get("ratelimit-remaining");
    const limit = answered.get("x-ratelimit-limit") ?? answered.get("ratelimit-limit");
    if (remaining !== null && /^\d+$/.test(remaining))
      metrics.gauge("fleetwright_provider_budget_remaining", { host }, Number(remaining));
    if (limit !== null && /^\d+$/.test(limit)) metrics.gauge("fleetwright_provider_budget_limit", { host }, Number(limit));
  }

  async function send(url: string, request: ScmRequest): Promise<Reply> {
    try {
      const response = await fetch(url, {
        method: request.method ?? "GET",
        headers: { accept: "application/json", "user-agent": "fleetwright", ...headers, ...request.headers },
        redirect: "manual",
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(dispatcher ? { dispatcher } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      });
      return { status: response.status, headers: response.headers, body: parse(await response.text()) };
    } catch (cause) {
      const reason = (cause as Error & { cause?: Error }).cause?.message ?? (cause as Error).message;
      throw new ExternalError(`${new URL(url).host} cannot be reached: ${reason}`, { code: "SCM_UNREACHABLE", cause });
    }
  }
}

function parse(text: string): Value {
  try {
    return text === "" ? null : (JSON.parse(text) as Value);
  } catch {
    return text.slice(0, 200);
  }
}

function stillLimited(url: string, leftMs: number): ExternalError {
  const { host, pathname } = new URL(url);
  return new ExternalError(`${host}${pathname} was not asked: the host's rate limit is used up`, {
    code: "SCM_RATE_LIMIT",
    hint: waitHint(leftMs),
  });
}

function waitHint(waitMs: number): string {
  return `the host asks to wait ${Math.ceil(waitMs / 1000)} s`;
}

function failed(url: string, { status, body }: Reply, code: string, waitMs?: number): ExternalError {
  const { host, pathname } = new URL(url);
  const message = isObject(body) ? (body["message"] ?? body["error"] ?? body["error_description"]) : undefined;
  const detail = typeof message === "string" ? `: ${message}` : "";
  const hint = waitMs === undefined ? (status === 401 ? "check the token" : undefined) : waitHint(waitMs);
  return new ExternalError(`${host}${pathname} answered ${status}${detail}`, { code, ...(hint ? { hint } : {}) });
}
