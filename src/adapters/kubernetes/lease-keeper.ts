import { Worker } from "node:worker_threads";
import { threadModule } from "../../platform/thread.js";
import type { ClusterConnection } from "../../ports/cluster.js";
import type { LeaseKeeper, Moment } from "../../ports/lease-keeper.js";
import { type KeepMessage, type LeaseWorkerData, machineMs } from "./lease-messages.js";

export interface LeaseKeeperOptions {
  readonly leaseMs: number;
  /** The clock that the owner's moments are told by. */
  readonly monotonic: () => number;
  readonly userAgent?: () => string;
}

/**
 * A thread that renews a Lease while the owner's event loop is busy. A process that is stopped stops with its threads, and finds on coming back that
 * the time is over; an owner that hangs is given up (see `leaseTurn`).
 */
export function leaseKeeper(connection: ClusterConnection, options: LeaseKeeperOptions): LeaseKeeper {
  const { leaseMs, monotonic, userAgent } = options;
  const { headers, ...plain } = connection;
  const shared = new BigInt64Array(new SharedArrayBuffer(24));
  const workerData: LeaseWorkerData = { connection: plain, leaseMs, offsetMs: monotonic() - machineMs(), shared };
  let worker: Worker | undefined = new Worker(threadModule("./lease-worker.js", import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
    env: {},
  });
  worker.unref();
  // Without it the owner renews as before, by itself.
  worker.on("error", () => {
    worker = undefined;
  });
  let kept = { number: 0, name: "" };
  const tell = (message: Omit<KeepMessage, "number" | "userAgent">): void =>
    worker?.postMessage({ ...message, number: kept.number, userAgent: userAgent?.() ?? "fleetwright" } satisfies KeepMessage);
  return {
    async keep(lease, renewed) {
      if (lease.name !== kept.name) kept = { number: kept.number + 1, name: lease.name };
      const { number } = kept;
      const fresh = (await headers?.()) ?? {};
      if (kept.number === number) tell({ lease, renewed, headers: fresh });
    },
    drop() {
      kept = { number: kept.number + 1, name: "" };
      tell({ lease: undefined, renewed: { monotonicMs: 0, wallMs: 0 }, headers: {} });
    },
    renewed() {
      if (kept.name === "" || Atomics.load(shared, 0) !== BigInt(kept.number)) return undefined;
      const moment: Moment = { monotonicMs: Number(Atomics.load(shared, 1)), wallMs: Number(Atomics.load(shared, 2)) };
      return moment;
    },
    async close() {
      await worker?.terminate();
    },
  };
}
