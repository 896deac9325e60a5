import { expect, test } from "vitest";
import { nextPoll, settledPoll, verdictHeartbeatMs } from "./next-poll.js";
import type { ControllerSettings } from "./settings.js";

const settings = (reconciliationMs: number) => () => ({ reconciliationMs, reconciliationJitterMs: 60_000 }) as ControllerSettings;

test("an Application is looked at again after the reconciliation time and its jitter, after ten minutes at the latest", () => {
  const at = (reconciliationMs: number, random: number) =>
    nextPoll({ settings: settings(reconciliationMs), random: () => random });
  expect(at(120_000, 0)).toEqual({ kind: "retryAfter", ms: 120_000 });
  expect(at(120_000, 1)).toEqual({ kind: "retryAfter", ms: 180_000 });
  expect(at(3_600_000, 0)).toEqual({ kind: "retryAfter", ms: 600_000 });
});

test("where events alone ask, or all that can change announces itself, the look only keeps the verdict's age under half an hour", () => {
  for (const random of [0, 1]) {
    const handled = settledPoll({ random: () => random });
    expect(nextPoll({ settings: settings(0), random: () => random })).toEqual(handled);
    if (handled.kind !== "retryAfter") throw new Error(handled.kind);
    expect(handled.ms).toBeGreaterThanOrEqual(480_000);
    expect(handled.ms + verdictHeartbeatMs).toBeLessThan(1_800_000);
  }
});
