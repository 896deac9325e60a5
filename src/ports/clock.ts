/** Time and timers; tests hand in one that they advance. */
export interface Clock {
  /** Wall time in milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go backwards, for durations and leases. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fire` once after `ms`; returns how to cancel it. */
  schedule(ms: number, fire: () => void): () => void;
}

/** Numbers in [0, 1). */
export type Random = () => number;
