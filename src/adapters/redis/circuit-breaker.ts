import type { Clock } from "../../ports/clock.js";

export interface CircuitBreakerOptions {
  readonly clock: Pick<Clock, "monotonic">;
  /** Failures in a row after which nothing is asked for a while. */
  readonly failures: number;
  readonly pauseMs: number;
}

/** Spares callers the wait for a server that does not answer: after some failures in a row only one call a pause is let through. */
export class CircuitBreaker {
  private failed = 0;
  private openUntilMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: CircuitBreakerOptions) {}

  get isOpen(): boolean {
    return this.options.clock.monotonic() < this.openUntilMs;
  }

  /** Undefined where the call failed or was not made. */
  async run<T>(call: () => Promise<T>, onFailure: (error: unknown) => void): Promise<T | undefined> {
    if (this.isOpen) return undefined;
    // While it is not known whether the server is back, the others do not wait for it.
    if (this.failed >= this.options.failures) this.openUntilMs = this.options.clock.monotonic() + this.options.pauseMs;
    try {
      const answer = await call();
      this.failed = 0;
      this.openUntilMs = Number.NEGATIVE_INFINITY;
      return answer;
    } catch (error) {
      this.failed++;
      if (this.failed >= this.options.failures) this.openUntilMs = this.options.clock.monotonic() + this.options.pauseMs;
      onFailure(error);
      return undefined;
    }
  }
}
