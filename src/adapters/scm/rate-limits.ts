import { createHash } from "node:crypto";
import { isObject, stringAt, type Value } from "../../core/manifest/value.js";

/** What a rate limit is read from. */
export interface LimitedReply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Value;
}

/**
 * Until when each host refuses whom: one that has said so is not asked again before, by whichever ApplicationSet. GitHub counts requests that
 * it refuses as well, and bars who goes on.
 */
export class RateLimits {
  private readonly until = new Map<string, number>();

  keyOf(origin: string, headers: Readonly<Record<string, string>>): string {
    return `${origin} ${createHash("sha256").update(JSON.stringify(headers)).digest("base64url")}`;
  }

  /** How much longer the host refuses, in milliseconds; 0 where it may be asked. */
  leftMs(key: string, nowMs: number): number {
    const left = (this.until.get(key) ?? 0) - nowMs;
    if (left <= 0) this.until.delete(key);
    return Math.max(0, left);
  }

  /** Notes what a reply says: a refusal, or that it was the last one of this period. Returns how long a refusal lasts. */
  note(key: string, reply: LimitedReply, nowMs: number): number | undefined {
    const refusedMs = refusalMs(reply, nowMs);
    const restMs = refusedMs ?? (reply.status < 300 && remainingOf(reply) === "0" ? resetMs(reply, nowMs) : undefined);
    if (restMs !== undefined) this.until.set(key, nowMs + restMs);
    return refusedMs;
  }
}

/** How long the host asks to wait; undefined where the reply is about no limit. */
function refusalMs(reply: LimitedReply, nowMs: number): number | undefined {
  const retryAfter = reply.headers.get("retry-after");
  // GitHub's secondary limits come with neither header.
  const isSecondary = reply.status === 403 && /rate limit|abuse detection/i.test(messageOf(reply.body));
  const isLimit =
    reply.status === 429 || isSecondary || (reply.status === 403 && (remainingOf(reply) === "0" || retryAfter !== null));
  if (!isLimit) return undefined;
  if (retryAfter !== null) {
    const seconds = Number(retryAfter);
    return Number.isNaN(seconds) ? Math.max(0, Date.parse(retryAfter) - nowMs) : seconds * 1000;
  }
  // GitHub: at least a minute where it says nothing else.
  return isSecondary && remainingOf(reply) !== "0" ? 60_000 : (resetMs(reply, nowMs) ?? 1000);
}

/** GitHub: x-ratelimit-reset, GitLab: ratelimit-reset, seconds since 1970; the draft standard: seconds from now. */
function resetMs({ headers }: LimitedReply, nowMs: number): number | undefined {
  const text = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset");
  if (text === null || !/^\d+$/.test(text)) return undefined;
  const isFromNow = Number(text) < 100_000 && nowMs > 1_000_000_000_000;
  return (isFromNow ? Number(text) * 1000 : Math.max(0, Number(text) * 1000 - nowMs)) + 1000;
}

function remainingOf({ headers }: LimitedReply): string | null {
  return headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining");
}

function messageOf(body: Value): string {
  return isObject(body) ? stringAt(body, "message") : "";
}
