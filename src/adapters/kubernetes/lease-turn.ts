/** What is known of a Lease when its keeper looks at it; all in milliseconds of one clock. */
export interface LeaseAges {
  /** Since the owner's own last renewal. */
  readonly ownMs: number;
  /** Since the last renewal by anyone, by the clock that says more. */
  readonly lastMs: number;
}

/** A Lease outlives its owner's own renewals by so many lease times: what is busy comes back by then, what hangs does not. */
const bridgedLeases = 2;

/**
 * What the keeper of a Lease does now. While its owner renews it there is nothing to do. One whose time is over is never brought back, for others
 * may count on its end; and an owner that says nothing for long is taken for dead.
 */
export function leaseTurn({ ownMs, lastMs }: LeaseAges, leaseMs: number): "wait" | "renew" | "end" {
  if (lastMs >= (leaseMs * 2) / 3 || ownMs >= leaseMs * bridgedLeases) return "end";
  return lastMs >= leaseMs / 3 ? "renew" : "wait";
}
