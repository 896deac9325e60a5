import type { ClusterConnection, ObjectRef } from "../../ports/cluster.js";
import type { Moment } from "../../ports/lease-keeper.js";

/** What the thread is started with. */
export interface LeaseWorkerData {
  readonly connection: Omit<ClusterConnection, "headers">;
  readonly leaseMs: number;
  /** The owner's monotonic clock less the machine's. */
  readonly offsetMs: number;
  /** Number of the kept Lease, and when it was renewed by the monotonic and by the wall clock, in milliseconds. */
  readonly shared: BigInt64Array;
}

/** A Lease to keep, as its owner has just renewed it; undefined: none. */
export interface KeepMessage {
  readonly number: number;
  readonly lease: ObjectRef | undefined;
  readonly renewed: Moment;
  readonly headers: Readonly<Record<string, string>>;
  readonly userAgent: string;
}

/** The machine's monotonic clock, the same in all threads. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
