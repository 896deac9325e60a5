import type { Clock } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";

export interface GuardOptions {
  readonly server: string;
  readonly clock: Clock;
  /** The cluster does not answer (any more), or does again. */
  readonly onChange?: (isOpen: boolean) => void;
  /** A request has been waiting long: whoever counts places in a queue may count anew. */
  readonly onSlow?: () => void;
}

/** A cluster behind a circuit breaker. */
export interface GuardedCluster extends ClusterPort {
  /** The cluster does not answer, or keeps a request waiting for long. */
  isStuck(): boolean;
  /** How long nothing has been heard of the cluster. */
  silentMs(): number;
  /** Whether it is there: rejects where it does not answer in time, which counts as a request without an answer. */
  ask(withinMs: number): Promise<void>;
}

const failuresToOpen = 3;
const firstPauseMs = 2_000;
const longestPauseMs = 30_000;
const slowMs = 5_000;

/**
 * Requests to a cluster that has not answered several times running fail at once, but for one now and then that finds out whether it does
 * again. So what waits for a dead cluster does not wait long.
 */
export function guardCluster(port: ClusterPort, options: GuardOptions): GuardedCluster {
  return guarded(port, new Breaker(options));
}

function guarded(port: ClusterPort, breaker: Breaker): GuardedCluster {
  const through =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      breaker.run(() => call(...args));
  return {
    discover: through((refresh) => port.discover(refresh)),
    version: through(() => port.version()),
    get: through((ref) => port.get(ref)),
    list: through((resource, options) => port.list(resource, options)),
    watch: (resource, options) => breaker.follow(() => port.watch(resource, options)),
    create: through((object, options) => port.create(object, options)),
    update: through((object, options) => port.update(object, options)),
    patch: through((ref, patch, options) => port.patch(ref, patch, options)),
    apply: through((object, options) => port.apply(object, options)),
    delete: through((ref, options) => port.delete(ref, options)),
    as: (user) => guarded(port.as(user), breaker),
    close: () => port.close(),
    isStuck: () => breaker.isStuck(),
    silentMs: () => breaker.silentMs(),
    ask: (withinMs) => breaker.run(() => breaker.inTime(port.version(), withinMs)),
  };
}

class Breaker {
  private failures = 0;
  private closedUntil: number | undefined;
  private isProbing = false;
  /** When each request under way began. */
  private readonly running = new Map<symbol, number>();
  private cancelCheck: (() => void) | undefined;
  private heardAt: number;

  constructor(private readonly options: GuardOptions) {
    this.heardAt = options.clock.monotonic();
  }

  silentMs(): number {
    return this.options.clock.monotonic() - this.heardAt;
  }

  /** Rejects as a request without an answer does, where `request` takes longer. */
  async inTime(request: Promise<unknown>, ms: number): Promise<void> {
    const waiting = new AbortController();
    const late = this.options.clock.sleep(ms, waiting.signal).then(
      () => {
        throw new ClusterError(`${this.options.server} has not answered for ${ms / 1000} s`, {
          reason: "Unreachable",
          status: 0,
        });
      },
      () => {},
    );
    await Promise.race([request, late]).finally(() => waiting.abort());
  }

  isStuck(): boolean {
    if (this.closedUntil !== undefined) return true;
    const oldest = this.running.values().next();
    return !oldest.done && this.options.clock.monotonic() - oldest.value >= slowMs;
  }

  async run<R>(call: () => Promise<R>): Promise<R> {
    const isProbe = this.admit();
    const id = Symbol();
    this.running.set(id, this.options.clock.monotonic());
    this.checkLater();
    try {
      const answer = await call();
      this.answered();
      return answer;
    } catch (error) {
      this.judge(error, isProbe);
      throw error;
    } finally {
      this.running.delete(id);
      if (isProbe) this.isProbing = false;
    }
  }

  /** A watch may say nothing for long, so it never is the request that finds out. */
  async *follow<E>(watch: () => AsyncIterable<E>): AsyncIterable<E> {
    if (this.closedUntil !== undefined) throw this.refusal();
    try {
      for await (const event of watch()) {
        this.answered();
        yield event;
      }
    } catch (error) {
      this.judge(error, false);
      throw error;
    }
  }

  private refusal(): ClusterError {
    return new ClusterError(`${this.options.server} has not answered ${this.failures} times running`, {
      reason: "Unreachable",
      status: 0,
      hint: "it is asked again now and then",
    });
  }

  /** Throws where the cluster is not to be asked now; else whether this request finds out how it is. */
  private admit(): boolean {
    if (this.closedUntil === undefined) return false;
    if (this.options.clock.monotonic() < this.closedUntil || this.isProbing) throw this.refusal();
    this.isProbing = true;
    return true;
  }

  private answered(): void {
    this.failures = 0;
    this.heardAt = this.options.clock.monotonic();
    if (this.closedUntil === undefined) return;
    this.closedUntil = undefined;
    this.options.onChange?.(false);
  }

  private judge(error: unknown, isProbe: boolean): void {
    if (!(error instanceof ClusterError) || error.status !== 0) {
      // An answer, if not the one that was hoped for.
      if (error instanceof ClusterError) this.answered();
      return;
    }
    // Requests that were under way when the circuit opened fail together and say nothing new.
    if (this.closedUntil !== undefined && !isProbe) return;
    this.failures++;
    if (this.failures < failuresToOpen) return;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(10, this.failures - failuresToOpen));
    const isNew = this.closedUntil === undefined;
    this.closedUntil = this.options.clock.monotonic() + pauseMs;
    if (isNew) this.options.onChange?.(true);
  }

  private checkLater(): void {
    if (this.options.onSlow === undefined || this.cancelCheck !== undefined) return;
    this.cancelCheck = this.options.clock.schedule(slowMs, () => {
      this.cancelCheck = undefined;
      if (this.isStuck()) this.options.onSlow?.();
      if (this.running.size > 0) this.checkLater();
    });
  }
}
