import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { ClusterError } from "../../ports/cluster-error.js";
import type { Moment } from "../../ports/lease-keeper.js";
import { kubernetesClient } from "./kubernetes-client.js";
import { type KeepMessage, type LeaseWorkerData, machineMs } from "./lease-messages.js";
import { leaseTurn } from "./lease-turn.js";

/** The inside of a Lease keeper. */
if (parentPort !== null) keepLeases(parentPort, workerData as LeaseWorkerData);

function keepLeases(owner: MessagePort, { connection, leaseMs, offsetMs, shared }: LeaseWorkerData): void {
  let kept: KeepMessage | undefined;
  let last: Moment | undefined;
  const now = (): Moment => ({ monotonicMs: machineMs() + offsetMs, wallMs: Date.now() });
  const hub = kubernetesClient(
    { ...connection, headers: async () => kept?.headers ?? {} },
    { connections: 1, timeoutMs: Math.max(1_000, Math.round(leaseMs / 2)), userAgent: () => kept?.userAgent ?? "fleetwright" },
  );
  owner.on("message", (message: KeepMessage) => {
    if (message.number !== kept?.number) last = undefined;
    kept = message;
  });

  const renew = async ({ lease, number }: KeepMessage, started: Moment): Promise<void> => {
    const renewTime = `${new Date(started.wallMs).toISOString().slice(0, -1)}000Z`;
    try {
      // Never creates one: what was deleted stays away.
      await hub.patch(lease!, { spec: { renewTime } }, { type: "merge" });
    } catch (error) {
      if (error instanceof ClusterError && error.status === 404 && kept?.number === number) kept = undefined;
      return;
    }
    if (kept?.number !== number) return;
    last = started;
    // The number last: who reads another one does not read on.
    Atomics.store(shared, 1, BigInt(Math.floor(started.monotonicMs)));
    Atomics.store(shared, 2, BigInt(Math.floor(started.wallMs)));
    Atomics.store(shared, 0, BigInt(number));
  };

  const look = async (): Promise<void> => {
    if (kept?.lease === undefined) return;
    const at = now();
    const own = ageOf(kept.renewed, at);
    const lastMs = Math.min(own, last === undefined ? Number.POSITIVE_INFINITY : ageOf(last, at));
    const turn = leaseTurn({ ownMs: own, lastMs }, leaseMs);
    if (turn === "end") kept = undefined;
    if (turn === "renew" && kept !== undefined) await renew(kept, at);
  };

  const next = (): void => {
    setTimeout(() => void look().finally(next), Math.min(1_000, leaseMs / 12));
  };
  next();
}

/** By the clock that says more. */
function ageOf(then: Moment, now: Moment): number {
  return Math.max(now.monotonicMs - then.monotonicMs, now.wallMs - then.wallMs);
}
