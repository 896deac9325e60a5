/** What goes wrong on purpose. Change the fields of a running simulator's faults at any time. */
export interface Faults {
  /** Every answer waits so long. */
  latencyMs: number;
  /** Share of requests (0 to 1) that are answered with `failStatus`. */
  failRate: number;
  failStatus: 429 | 500 | 503 | 504;
  /** Sent as `Retry-After` with 429 and 503. */
  retryAfterSeconds: number;
  /** Connections are cut without an answer. */
  unreachable: boolean;
  /** Watches break off after so many milliseconds; 0 never. */
  dropWatchAfterMs: number;
  /** Faults hit only requests for which this holds. */
  only: ((method: string, path: string) => boolean) | undefined;
}

export function noFaults(): Faults {
  return {
    latencyMs: 0,
    failRate: 0,
    failStatus: 503,
    retryAfterSeconds: 1,
    unreachable: false,
    dropWatchAfterMs: 0,
    only: undefined,
  };
}
