import type { Clock } from "../ports/clock.js";

/** What became of a key: finished, to come again at a time, or to come again with back-off. */
export type Handled =
  | { readonly kind: "done" }
  | { readonly kind: "retryAfter"; readonly ms: number }
  | { readonly kind: "failed"; readonly reason: string };

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Keys that are worked on at once; one key never twice at the same time. */
  readonly concurrency: number;
  readonly handle: (key: string) => Promise<Handled>;
  /** A handler that throws: the key comes again with back-off. */
  readonly onError: (key: string, error: unknown) => void;
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly onDepth?: (depth: number) => void;
}

/**
 * Keys to be worked on (client-go's rate-limiting queue): a key that is added while it waits is one key, one that is added while it is
 * worked on comes again afterwards; failures wait exponentially longer, per key. Urgent keys go first.
 */
export class WorkQueue {
  private readonly urgent = new Set<string>();
  private readonly waiting = new Set<string>();
  private readonly active = new Set<string>();
  private readonly again = new Map<string, boolean>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  private stopped = false;
  private started = false;
  private idle: (() => void)[] = [];
  /** Keys that are worked on at once. */
  concurrency: number;

  constructor(private readonly options: WorkQueueOptions) {
    this.concurrency = options.concurrency;
  }

  start(): void {
    this.started = true;
    this.pump();
  }

  add(key: string, options: { readonly urgent?: boolean } = {}): void {
    if (this.stopped) return;
    const urgent = options.urgent === true;
    if (this.active.has(key)) {
      this.again.set(key, urgent || this.again.get(key) === true);
      return;
    }
    if (urgent) {
      this.waiting.delete(key);
      this.urgent.add(key);
    } else if (!this.urgent.has(key)) this.waiting.add(key);
    this.pump();
  }

  /** Adds the key after `ms`, unless it is due earlier already. */
  addAfter(key: string, ms: number): void {
    if (this.stopped) return;
    const at = this.options.clock.monotonic() + ms;
    const known = this.timers.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    const cancel = this.options.clock.schedule(ms, () => {
      this.timers.delete(key);
      this.add(key);
    });
    this.timers.set(key, { at, cancel });
  }

  /** Takes a key out for good: its object is gone. */
  forget(key: string): void {
    this.timers.get(key)?.cancel();
    this.timers.delete(key);
    this.failures.delete(key);
  }

  /** Keys that wait or are worked on; timers do not count. */
  get depth(): number {
    return this.urgent.size + this.waiting.size + this.active.size;
  }

  /** Resolves when nothing waits and nothing is worked on. */
  whenIdle(): Promise<void> {
    return this.depth === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  /** No new work starts; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const { cancel } of this.timers.values()) cancel();
    this.timers.clear();
    this.urgent.clear();
    this.waiting.clear();
    this.again.clear();
    await this.whenIdle();
  }

  private pump(): void {
    while (this.started && this.active.size < this.concurrency) {
      const key = first(this.urgent) ?? first(this.waiting);
      if (key === undefined) break;
      this.urgent.delete(key);
      this.waiting.delete(key);
      this.active.add(key);
      void this.work(key);
    }
    this.options.onDepth?.(this.depth);
  }

  private async work(key: string): Promise<void> {
    let handled: Handled;
    try {
      handled = await this.options.handle(key);
    } catch (error) {
      this.options.onError(key, error);
      handled = { kind: "failed", reason: "error" };
    }
    this.active.delete(key);
    if (!this.stopped) {
      if (handled.kind === "failed") this.addAfter(key, this.nextDelay(key));
      else {
        this.failures.delete(key);
        if (handled.kind === "retryAfter") this.addAfter(key, handled.ms);
      }
      const urgent = this.again.get(key);
      this.again.delete(key);
      if (urgent !== undefined) this.add(key, { urgent });
    }
    this.pump();
    if (this.depth === 0) {
      const waiters = this.idle;
      this.idle = [];
      for (const resolve of waiters) resolve();
    }
  }

  private nextDelay(key: string): number {
    const count = this.failures.get(key) ?? 0;
    this.failures.set(key, count + 1);
    return Math.min(this.options.maxDelayMs ?? 180_000, (this.options.baseDelayMs ?? 500) * 2 ** Math.min(count, 30));
  }
}

function first(set: ReadonlySet<string>): string | undefined {
  for (const key of set) return key;
  return undefined;
}
