import type { ApplicationContext } from "./application-context.js";
import type { Handled } from "./work-queue.js";

/** When an Application is looked at again though nothing announces itself; spread, so that a fleet does not come at once. */
export function nextPoll({ settings, random }: Pick<ApplicationContext, "settings" | "random">): Handled {
  const { reconciliationMs, reconciliationJitterMs } = settings();
  if (reconciliationMs <= 0) return { kind: "done" };
  return { kind: "retryAfter", ms: reconciliationMs + random() * reconciliationJitterMs };
}
