import { sha256Hex } from "../../platform/hash.js";
import type { Clock } from "../../ports/clock.js";

const keptMs = 3_600_000;
const mostKept = 20_000;

/**
 * Signed webhooks that were served: the very bytes are taken once in an hour. Senders put the commits and the time into what they sign, so that two
 * pushes never read the same; one who has listened and sends it again would have the git host asked as often as he likes.
 */
export class Replays {
  private readonly served = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, "monotonic">) {}

  /** When these bytes were served, milliseconds ago; undefined where they were not. Notes them as served. */
  serve(body: Uint8Array): number | undefined {
    const now = this.clock.monotonic();
    for (const [known, atMs] of this.served) {
      if (now - atMs < keptMs && this.served.size <= mostKept) break;
      this.served.delete(known);
    }
    const digest = sha256Hex(body);
    const before = this.served.get(digest);
    if (before !== undefined) return now - before;
    this.served.set(digest, now);
    return undefined;
  }
}
