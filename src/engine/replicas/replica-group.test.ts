import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { memoryCluster } from "#src/adapters/memory/memory-cluster.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import type { LeaseKeeper, Moment } from "#src/ports/lease-keeper.js";
import { silentTelemetry } from "#src/ports/telemetry.js";
import { leaseResource, readReplicaLease } from "./lease-objects.js";
import { ReplicaGroup } from "./replica-group.js";

const leaseMs = 15_000;
const keys = Array.from({ length: 60 }, (_, index) => ({ key: `argocd/app-${index}` }));

function world() {
  const clock = manualClock();
  const hub = memoryCluster({ objects: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd" } }] });
  let seed = 1;
  /** Names of processes whose requests do not arrive. */
  const cut = new Set<string>();
  /** Names of those that hear of no change, as where the event loop does not get to it. */
  const deaf = new Set<string>();
  const seenBy = (name: string): ClusterPort =>
    new Proxy(hub, {
      get(from, verb: keyof ClusterPort) {
        const method = from[verb] as (...args: unknown[]) => unknown;
        if (verb === "watch")
          return async function* (...args: Parameters<ClusterPort["watch"]>) {
            for await (const event of hub.watch(...args)) if (!deaf.has(name)) yield event;
          };
        return async (...args: unknown[]) => {
          if (cut.has(name)) throw new Error("cut off");
          return await method.apply(from, args);
        };
      },
    });
  const start = async (
    name: string,
    more: {
      readonly expected?: number;
      readonly release?: () => Promise<void>;
      readonly process?: string;
      readonly keeper?: LeaseKeeper;
    } = {},
  ) => {
    const group = new ReplicaGroup({
      leases: seenBy(more.process ?? name),
      namespace: "argocd",
      name,
      isNameUnique: true,
      leaseMs,
      clock,
      // A generator of numbers that differ.
      random: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647,
      telemetry: silentTelemetry,
      placement: () => ({ byCluster: false, pins: {} }),
      release: more.release ?? (async () => {}),
      onChange: () => {},
      ...(more.expected === undefined ? {} : { expected: more.expected }),
      ...(more.keeper === undefined ? {} : { keeper: more.keeper }),
    });
    await group.start();
    return group;
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      await clock.advance(500);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const shares = (...groups: readonly ReplicaGroup[]): readonly number[] =>
    groups.map((group) => keys.filter((key) => group.mayWorkOn(key)).length);
  const doubled = (...groups: readonly ReplicaGroup[]): number =>
    keys.filter((key) => groups.filter((group) => group.mayWorkOn(key)).length > 1).length;
  const leases = async (): Promise<number> =>
    (await hub.list(leaseResource, { namespace: "argocd" })).items.filter(readReplicaLease).length;
  return { clock, hub, cut, deaf, start, pass, shares, doubled, leases };
}

test("replicas that start agree on who works on what, and who joins later takes a share of each", async () => {
  const { start, pass, shares, doubled } = world();
  const [a, b] = [await start("fleet-0"), await start("fleet-1")];
  await pass(6_000);
  expect(shares(a, b).reduce((sum, share) => sum + share)).toBe(keys.length);
  const before = shares(a, b);
  const c = await start("fleet-2");
  await pass(6_000);
  const after = shares(a, b, c);
  expect(after.reduce((sum, share) => sum + share)).toBe(keys.length);
  expect(after[2]).toBeGreaterThan(5);
  expect(after[0]).toBeLessThanOrEqual(before[0]!);
  expect(after[1]).toBeLessThanOrEqual(before[1]!);
  expect(doubled(a, b, c)).toBe(0);
});

test("who stops gives its share back at once, without the lease time", async () => {
  const { start, pass, shares, leases } = world();
  const [a, b] = [await start("fleet-0"), await start("fleet-1")];
  await pass(6_000);
  await b.stop();
  await pass(1_000);
  expect(shares(a)).toEqual([keys.length]);
  expect(await leases()).toBe(1);
});

test("the share of one that can no longer renew moves after the lease time; it stops by itself earlier, and comes back under another name", async () => {
  const { start, pass, shares, doubled, cut, clock } = world();
  const a = await start("fleet-0");
  const b = await start("fleet-1");
  await pass(6_000);
  const former = b.identity;
  cut.add("fleet-1");
  const cutMs = clock.monotonic();
  let stoppedMs: number | undefined;
  let movedMs: number | undefined;
  for (let step = 0; step < 60; step++) {
    await pass(500);
    expect(doubled(a, b)).toBe(0);
    if (b.refusal() !== undefined) stoppedMs ??= clock.monotonic() - cutMs;
    if (shares(a)[0] === keys.length) movedMs ??= clock.monotonic() - cutMs;
  }
  expect(stoppedMs).toBeLessThan(leaseMs);
  expect(movedMs).toBeLessThanOrEqual(leaseMs * 2);
  cut.delete("fleet-1");
  await pass(leaseMs * 2);
  expect(b.identity).not.toBe(former);
  expect(shares(a, b).reduce((sum, share) => sum + share)).toBe(keys.length);
  expect(shares(b)[0]).toBeGreaterThan(5);
});

test("nothing that moves is worked on by the next one before the former one's work on it has ended", async () => {
  const { start, pass, shares } = world();
  let finish: () => void = () => {};
  let releases = 0;
  const a = await start("fleet-0", {
    release: () => (++releases === 2 ? new Promise<void>((resolve) => (finish = resolve)) : Promise.resolve()),
  });
  await pass(3_000);
  expect(shares(a)).toEqual([keys.length]);
  const b = await start("fleet-1");
  await pass(30_000);
  expect(shares(b)).toEqual([0]);
  finish();
  await pass(3_000);
  expect(shares(b)[0]).toBeGreaterThan(5);
});

test("a process that comes back under its unique name does not wait for its former self", async () => {
  const { start, pass, shares, cut } = world();
  await start("fleet-0", { process: "killed" });
  await pass(3_000);
  cut.add("killed");
  const again = await start("fleet-0", { process: "new" });
  await pass(1_000);
  expect(shares(again)).toEqual([keys.length]);
});

test("the first view waits for the replicas that are expected, but not longer than the lease time", async () => {
  const { start, pass, shares } = world();
  const a = await start("fleet-0", { expected: 3 });
  await pass(leaseMs / 2);
  expect(shares(a)).toEqual([0]);
  await pass(leaseMs);
  expect(shares(a)).toEqual([keys.length]);
});

test("a busy replica works on while its keeper renews the Lease, and no longer", async () => {
  const { start, pass, shares, doubled, cut, clock, hub } = world();
  let kept: { readonly ref: Parameters<LeaseKeeper["keep"]>[0]; renewed?: Moment } | undefined;
  const keeper: LeaseKeeper = {
    keep: async (ref) => void (kept = { ref }),
    drop: () => (kept = undefined),
    renewed: () => kept?.renewed,
    close: async () => {},
  };
  const renew = async (): Promise<void> => {
    kept!.renewed = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
    await hub.patch(kept!.ref, { spec: { renewTime: new Date(clock.now()).toISOString() } }, { type: "merge" });
  };
  const a = await start("fleet-0", { keeper });
  const b = await start("fleet-1");
  await pass(6_000);
  const [before] = shares(a);
  // Its own renewals do not get through any more.
  cut.add("fleet-0");
  for (let round = 0; round < 6; round++) {
    await renew();
    await pass(leaseMs / 3);
    expect(shares(a)).toEqual([before]);
  }
  await pass(leaseMs);
  expect(a.refusal()).toBeDefined();
  await pass(leaseMs);
  expect(shares(b)).toEqual([keys.length]);
  expect(doubled(a, b)).toBe(0);
});

test("a replica that hears late of renewals does not take the others for dead", async () => {
  const { start, pass, shares, deaf } = world();
  const a = await start("fleet-0");
  const b = await start("fleet-1");
  await pass(6_000);
  const late = await start("fleet-2");
  await pass(6_000);
  const before = [a.view?.generation, ...shares(a, b, late)];
  expect(before[3]).toBeGreaterThan(5);
  deaf.add("fleet-2");
  await pass(leaseMs * 4);
  expect([a.view?.generation, ...shares(a, b, late)]).toEqual(before);
});
