import type { Clock } from "../../ports/clock.js";

/** A Clock that stands still until it is advanced: for deterministic tests. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms`, firing what falls due, in order; lets promises settle after each. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Time starts at `startMs`. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let now = startMs;
  let order = 0;
  const timers = new Set<Timer>();
  const schedule = (ms: number, fire: () => void): (() => void) => {
    const timer = { at: now + Math.max(0, ms), order: order++, fire };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    monotonic: () => now - startMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const cancel = schedule(ms, resolve);
        signal?.addEventListener(
          "abort",
          () => {
            cancel();
            reject(signal.reason as Error);
          },
          { once: true },
        );
      }),
    schedule,
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.order - b.order);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.fire();
        await settle();
      }
      now = end;
    },
  };
}
