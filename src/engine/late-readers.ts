import type { Clock, Random } from "../ports/clock.js";

export interface LateReadersOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly random: Random;
  /** Asks for a reader to be worked on after so long. */
  readonly later: (reader: string, ms: number) => void;
}

/** Nobody learns of a commit that does not concern him sooner than this. */
const soonestMs = 1_000;

/**
 * Readers that a commit does not touch learn the new revision within a time, each by one write for all commits that have come by then. While
 * commits keep coming a reader is not worked on at each of them: it comes once in `spreadMs`.
 */
export class LateReaders {
  /** Readers that will be worked on. */
  private readonly waiting = new Set<string>();
  private readonly servedAtMs = new Map<string, number>();

  constructor(private readonly options: LateReadersOptions) {}

  /** A commit came that does not touch the reader. */
  add(reader: string, spreadMs: number): void {
    if (this.waiting.has(reader)) return;
    this.waiting.add(reader);
    const now = this.options.clock.monotonic();
    const spread = soonestMs + this.options.random() * spreadMs;
    const turn = (this.servedAtMs.get(reader) ?? Number.NEGATIVE_INFINITY) + spreadMs - now;
    this.options.later(reader, Math.max(spread, turn));
  }

  /** The reader is being worked on: whatever came before, it learns of now. */
  served(reader: string): void {
    if (this.waiting.delete(reader)) this.servedAtMs.set(reader, this.options.clock.monotonic());
  }

  forget(reader: string): void {
    this.waiting.delete(reader);
    this.servedAtMs.delete(reader);
  }
}
