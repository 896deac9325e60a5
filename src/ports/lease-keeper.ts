import type { ObjectRef } from "./cluster.js";

/** A moment by both clocks, for either may stand still while a machine sleeps. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** Renews a Lease while the work holds up its owner's own renewals. It ends with the owner: see `keep`. */
export interface LeaseKeeper {
  /** The owner itself has renewed its Lease, and asked for that at `renewed`: for a while it need not come back. Any other Lease is dropped. */
  keep(lease: ObjectRef, renewed: Moment): Promise<void>;
  /** The Lease is not the owner's any more. */
  drop(): void;
  /** When the last renewal that worked here, of the Lease that is kept, was asked for. */
  renewed(): Moment | undefined;
  close(): Promise<void>;
}
