import type { Clock } from "../ports/clock.js";
import { FairLine } from "./fair-line.js";

/** What became of a key: finished, to come again at a time, or to come again with back-off. */
export type Handled =
  | { readonly kind: "done" }
  | { readonly kind: "retryAfter"; readonly ms: number; readonly urgent?: boolean }
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
  /** Keys of one lane (a cluster) never take all places. */
  readonly laneOf?: (key: string) => string;
  /** Keys of one tenant (a project) never keep those of another waiting: tenants take turns. */
  readonly tenantOf?: (key: string) => string;
  /** A lane whose keys wait for something that does not answer: the places that they hold do not count. */
  readonly isStuck?: (lane: string) => boolean;
  /** A key has been taken up after it waited so long. */
  readonly onTaken?: (waitedMs: number) => void;
}

/** How a key stands in the queue; `ms` is how long it has waited or been worked on, or until it comes again. */
export interface QueuedKey {
  readonly key: string;
  readonly state: "active" | "urgent" | "waiting" | "later";
  readonly ms: number;
  readonly failures: number;
}

interface Lane {
  active: number;
  /** Keys that wait for a place of their lane, with the time since when. */
  readonly urgent: FairLine;
  readonly waiting: FairLine;
}

/** Share of the places that one lane may take. */
const laneShare = 0.75;
/** Places beside all others, as a share of them, that only urgent keys may take: what a push caused never waits for background work to end. */
const urgentShare = 0.25;

/**
 * Keys to be worked on (client-go's rate-limiting queue): a key that is added while it waits is one key, one that is added while it is
 * worked on comes again afterwards; failures wait exponentially longer, per key. Urgent keys go first; tenants take turns.
 */
export class WorkQueue {
  private readonly urgent: FairLine;
  private readonly waiting: FairLine;
  /** key → since when. */
  private readonly active = new Map<string, number>();
  private readonly again = new Map<string, boolean>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  private readonly lanes = new Map<string, Lane>();
  private readonly laneOfActive = new Map<string, string>();
  private stopped = false;
  private started = false;
  private idle: (() => void)[] = [];
  private ending: { readonly key: string; readonly resolve: () => void }[] = [];
  /** Keys that are worked on at once. */
  concurrency: number;

  constructor(private readonly options: WorkQueueOptions) {
    this.concurrency = options.concurrency;
    this.urgent = new FairLine(options.tenantOf);
    this.waiting = new FairLine(options.tenantOf);
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
    if (this.isParked(key, urgent)) return;
    this.putInLine({ urgent: this.urgent, waiting: this.waiting }, key, urgent);
    this.pump();
  }

  /** Adds the key after `ms`, unless it is due earlier already. */
  addAfter(key: string, ms: number, options: { readonly urgent?: boolean } = {}): void {
    if (this.stopped) return;
    const at = this.options.clock.monotonic() + ms;
    const known = this.timers.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    const cancel = this.options.clock.schedule(ms, () => {
      this.timers.delete(key);
      this.add(key, options);
    });
    this.timers.set(key, { at, cancel });
  }

  /** Takes a key out for good: its object is gone. */
  forget(key: string): void {
    this.timers.get(key)?.cancel();
    this.timers.delete(key);
    this.failures.delete(key);
  }

  /** Lets go of all keys but those that are kept; resolves when none of the others is worked on any more. */
  async drain(isKept: (key: string) => boolean): Promise<void> {
    for (const line of this.lines()) for (const [key] of line.entries()) if (!isKept(key)) line.delete(key);
    for (const [key, { cancel }] of this.timers) if (!isKept(key)) cancel();
    for (const keys of [this.again, this.timers, this.failures])
      for (const key of [...keys.keys()]) if (!isKept(key)) keys.delete(key);
    this.options.onDepth?.(this.depth);
    const ending = [...this.active.keys()].filter((key) => !isKept(key));
    await Promise.all(ending.map((key) => new Promise<void>((resolve) => this.ending.push({ key, resolve }))));
  }

  /** How long the key that has waited longest has done so. */
  get oldestMs(): number {
    const oldest = Math.min(...this.lines().map((line) => line.oldest ?? Number.POSITIVE_INFINITY));
    return oldest === Number.POSITIVE_INFINITY ? 0 : this.options.clock.monotonic() - oldest;
  }

  /** Every key, for people who look into the queue. */
  keys(): readonly QueuedKey[] {
    const now = this.options.clock.monotonic();
    const told = (keys: Iterable<readonly [string, number]>, state: QueuedKey["state"]): QueuedKey[] =>
      [...keys].map(([key, since]) => ({ key, state, ms: now - since, failures: this.failures.get(key) ?? 0 }));
    const later = [...this.timers].map(
      ([key, { at }]): QueuedKey => ({ key, state: "later", ms: at - now, failures: this.failures.get(key) ?? 0 }),
    );
    const lanes = [...this.lanes.values()];
    const urgent = [this.urgent, ...lanes.map((lane) => lane.urgent)].flatMap((line) => told(line.entries(), "urgent"));
    const waiting = [this.waiting, ...lanes.map((lane) => lane.waiting)].flatMap((line) => told(line.entries(), "waiting"));
    return [...told(this.active, "active"), ...urgent, ...waiting, ...later];
  }

  /** Keys that wait or are worked on; timers do not count. */
  get depth(): number {
    return this.lines().reduce((sum, { size }) => sum + size, this.active.size);
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
    for (const line of this.lines()) line.clear();
    this.again.clear();
    await this.whenIdle();
  }

  /** Looks again whether there are places: what is stuck may have changed. */
  poke(): void {
    this.pump();
  }

  private lines(): readonly FairLine[] {
    const lines = [this.urgent, this.waiting];
    for (const { urgent, waiting } of this.lanes.values()) lines.push(urgent, waiting);
    return lines;
  }

  /** An urgent key leaves the line of the others, and keeps the time since when it waits. */
  private putInLine(lines: Pick<Lane, "urgent" | "waiting">, key: string, urgent: boolean): void {
    const since = lines.waiting.since(key) ?? this.options.clock.monotonic();
    if (urgent) {
      lines.waiting.delete(key);
      lines.urgent.add(key, since);
    } else if (lines.urgent.since(key) === undefined) lines.waiting.add(key, since);
  }

  private pump(): void {
    while (this.started) {
      const isUrgent = this.urgent.size > 0;
      if (!this.hasPlace(isUrgent)) break;
      const next = (isUrgent ? this.urgent : this.waiting).take();
      if (next === undefined) break;
      const [key, since] = next;
      if (!this.takeLane(key, isUrgent, since)) continue;
      const now = this.options.clock.monotonic();
      this.active.set(key, now);
      this.options.onTaken?.(now - since);
      void this.work(key);
    }
    this.options.onDepth?.(this.depth);
  }

  private hasPlace(isUrgent: boolean): boolean {
    const places = this.concurrency + (isUrgent ? Math.floor(this.concurrency * urgentShare) : 0);
    if (this.active.size < places) return true;
    const { isStuck } = this.options;
    if (isStuck === undefined) return false;
    let counted = this.active.size;
    for (const [name, { active }] of this.lanes) if (active > 0 && isStuck(name)) counted -= active;
    return counted < places;
  }

  /** Whether the key's lane has a place for it; else the key is set aside until it has. */
  private takeLane(key: string, isUrgent: boolean, since: number): boolean {
    const { laneOf, tenantOf } = this.options;
    if (laneOf === undefined) return true;
    const name = laneOf(key);
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = { active: 0, urgent: new FairLine(tenantOf), waiting: new FairLine(tenantOf) };
      this.lanes.set(name, lane);
    }
    if (lane.active >= Math.max(1, Math.ceil(this.concurrency * laneShare))) {
      (isUrgent ? lane.urgent : lane.waiting).add(key, since);
      return false;
    }
    lane.active++;
    this.laneOfActive.set(key, name);
    return true;
  }

  private leaveLane(key: string): void {
    const name = this.laneOfActive.get(key);
    const lane = name === undefined ? undefined : this.lanes.get(name);
    if (name === undefined || lane === undefined) return;
    this.laneOfActive.delete(key);
    lane.active--;
    // Who waits longest for this lane comes next; it has waited for its turn already.
    const urgent = lane.urgent.take();
    const next = urgent ?? lane.waiting.take();
    if (next !== undefined) (urgent === undefined ? this.waiting : this.urgent).giveBack(...next);
    else if (lane.active === 0) this.lanes.delete(name);
  }

  /** Whether the key waits for its lane already; an urgent one is from now on. */
  private isParked(key: string, urgent: boolean): boolean {
    const lane = this.lanes.get(this.options.laneOf?.(key) ?? "");
    if (lane === undefined || (lane.urgent.since(key) ?? lane.waiting.since(key)) === undefined) return false;
    this.putInLine(lane, key, urgent);
    return true;
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
    this.leaveLane(key);
    if (this.ending.length > 0) {
      for (const { resolve } of this.ending.filter((each) => each.key === key)) resolve();
      this.ending = this.ending.filter((each) => each.key !== key);
    }
    if (!this.stopped) {
      if (handled.kind === "failed") this.addAfter(key, this.nextDelay(key));
      else {
        this.failures.delete(key);
        if (handled.kind === "retryAfter") this.addAfter(key, handled.ms, handled);
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
