import { InputError } from "../errors.js";
import { objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import { parseSecondsOrDurationMs } from "./go-duration.js";

const defaultDurationMs = 5_000;
const defaultMaxMs = 180_000;
const defaultFactor = 2;

/**
 * How long to wait before attempt `retryCount` (0 = the first retry) of a failed sync: duration × factor^retryCount, at most
 * maxDuration (0 = no limit). `retry` is `spec.syncPolicy.retry`. Throws InputError RETRY_BAD_DURATION.
 */
export function retryDelayMs(retry: ValueObject | undefined, retryCount: number): number {
  const backoff = objectAt(retry, "backoff");
  const durationMs = durationAt(backoff, "duration", defaultDurationMs);
  const maxMs = durationAt(backoff, "maxDuration", defaultMaxMs);
  const factor = typeof backoff.factor === "number" ? backoff.factor : defaultFactor;
  const waitMs = durationMs * factor ** retryCount;
  return maxMs > 0 ? Math.min(maxMs, waitMs) : waitMs;
}

/** Whether a failed sync is tried again: limit 0 never, a negative limit for ever. */
export function mayRetry(retry: ValueObject | undefined, retryCount: number): boolean {
  const limit = typeof retry?.limit === "number" ? retry.limit : 0;
  return limit < 0 || retryCount < limit;
}

function durationAt(backoff: ValueObject, key: string, fallback: number): number {
  const text = stringAt(backoff, key);
  if (text === "") return fallback;
  const parsed = parseSecondsOrDurationMs(text);
  if (parsed !== undefined) return parsed;
  throw new InputError(`unable to parse ${text} as a duration`, {
    code: "RETRY_BAD_DURATION",
    hint: "for example 30, 90s or 2m",
  });
}
