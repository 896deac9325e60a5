import type { Clock } from "../../ports/clock.js";

const longestMs = 600_000;
const mostKept = 20_000;

/**
 * Notifications that a service did not take, and until when each is left alone: 5 s, then twice as long each time, ten minutes at most. Their
 * Applications change meanwhile (each attempt writes into them), and a change is no reason to ask the service again.
 */
export class Rests {
  private readonly rests = new Map<string, { readonly untilMs: number; readonly failures: number }>();

  constructor(
    private readonly clock: Pick<Clock, "monotonic">,
    private readonly firstMs = 5_000,
  ) {}

  /** How much longer this one is left alone, in milliseconds; 0 where it may be sent. */
  leftMs(mark: string): number {
    const rest = this.rests.get(mark);
    return rest === undefined ? 0 : Math.max(0, rest.untilMs - this.clock.monotonic());
  }

  /** Leaves it alone for a while, and says for how long. */
  begin(mark: string): number {
    const failures = (this.rests.get(mark)?.failures ?? 0) + 1;
    const ms = Math.min(longestMs, this.firstMs * 2 ** Math.min(failures - 1, 20));
    this.rests.delete(mark);
    this.rests.set(mark, { untilMs: this.clock.monotonic() + ms, failures });
    for (const oldest of this.rests.keys()) {
      if (this.rests.size <= mostKept) break;
      this.rests.delete(oldest);
    }
    return ms;
  }

  end(mark: string): void {
    this.rests.delete(mark);
  }

  /** The settings were changed: everything may be tried again. */
  clear(): void {
    this.rests.clear();
  }
}
