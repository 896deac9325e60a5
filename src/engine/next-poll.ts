import type { ApplicationContext } from "./application-context.js";
import type { Handled } from "./work-queue.js";

/**
 * A verdict that was not written for so long is written again, so that its age can be told from the status alone: one of half an hour counts as
 * stale, so this and the longest time between two looks come to less.
 */
export const verdictHeartbeatMs = 1_140_000;
const longestPollMs = 600_000;

/**
 * When an Application of which all announces itself is looked at again: commits by its repositories' polls, its cluster by watches. Its look only
 * keeps the age of the verdict young.
 */
export function settledPoll({ random }: Pick<ApplicationContext, "random">): Handled {
  return { kind: "retryAfter", ms: longestPollMs * (0.8 + 0.2 * random()) };
}

/** When an Application is looked at again though nothing announces itself; spread, so that a fleet does not come at once. */
export function nextPoll({ settings, random }: Pick<ApplicationContext, "settings" | "random">): Handled {
  const { reconciliationMs, reconciliationJitterMs } = settings();
  if (reconciliationMs <= 0) return settledPoll({ random });
  return { kind: "retryAfter", ms: Math.min(longestPollMs, reconciliationMs + random() * reconciliationJitterMs) };
}
