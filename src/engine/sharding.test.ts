import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  acknowledgement,
  adoptView,
  aliveAmong,
  firstSeen,
  isOwnLeaseValid,
  mayWorkOn,
  newShard,
  nextView,
  ownerOf,
  type SeenLease,
  type ShardState,
  type ShardView,
  seeLeases,
  settleView,
} from "./sharding.js";

const keys = Array.from({ length: 3_000 }, (_, index) => `argocd/app-${index}`);

describe("rendezvous hashing", () => {
  test("gives each of three replicas a third of the Applications, within 10 %", () => {
    const shares = new Map<string, number>();
    for (const key of keys) {
      const owner = ownerOf(key, ["a", "b", "c"])!;
      shares.set(owner, (shares.get(owner) ?? 0) + 1);
    }
    for (const share of shares.values()) expect(Math.abs(share - 1_000)).toBeLessThan(100);
  });

  test("moves only the share of the replica that left, and asks not in which order the others are named", () => {
    for (const key of keys) {
      const before = ownerOf(key, ["a", "b", "c"]);
      if (before !== "b") expect(ownerOf(key, ["c", "a"])).toBe(before);
    }
  });
});

test("a replica alone works once its own Lease shows the view", () => {
  const view = nextView(undefined, ["a"])!;
  const adopted = adoptView(newShard("a"), view);
  expect(mayWorkOn(adopted, "x")).toBe(false);
  expect(mayWorkOn(settleView(adopted, new Map([["a", 1]])), "x")).toBe(true);
});

test("when one joins, what stays is worked on without a pause and what moves rests until all have agreed", () => {
  const alone = settleView(adoptView(newShard("a"), { generation: 1, members: ["a"] }), new Map([["a", 1]]));
  const both: ShardView = { generation: 2, members: ["a", "b"] };
  let a = adoptView(alone, both);
  let b = adoptView(newShard("b"), both);
  for (const key of keys.slice(0, 50)) {
    expect(mayWorkOn(a, key)).toBe(ownerOf(key, both.members) === "a");
    expect(mayWorkOn(b, key)).toBe(false);
  }
  // a has not said yet that it let go: b waits. A later number than this view's is not a yes to it either.
  for (const number of [1, 3]) {
    const hasty = settleView(
      b,
      new Map([
        ["a", number],
        ["b", 2],
      ]),
    );
    expect(keys.some((key) => mayWorkOn(hasty, key))).toBe(false);
  }
  const shown = new Map([
    ["a", acknowledgement(a)],
    ["b", acknowledgement(b)],
  ]);
  [a, b] = [settleView(a, shown), settleView(b, shown)];
  for (const key of keys.slice(0, 50)) expect(Number(mayWorkOn(a, key)) + Number(mayWorkOn(b, key))).toBe(1);
});

test("a replica is alive as long as its renewals change, whatever its clock says; it doubts itself before others do", () => {
  let seen: ReadonlyMap<string, SeenLease> = seeLeases(new Map(), [{ identity: "a", renewTime: "1999" }], { nowMs: 1_000 });
  seen = seeLeases(seen, [{ identity: "a", renewTime: "1999" }], { nowMs: 10_000 });
  expect(aliveAmong(seen, 16_000, 15_000)).toEqual(["a"]);
  expect(aliveAmong(seen, 16_001, 15_000)).toEqual([]);
  expect(aliveAmong(seeLeases(seen, [{ identity: "a", renewTime: "2000" }], { nowMs: 16_001 }), 31_001, 15_000)).toEqual(["a"]);
  expect([isOwnLeaseValid(0, 9_999, 15_000), isOwnLeaseValid(0, 10_000, 15_000)]).toEqual([true, false]);
});

test("one that was there before, and that a view names, has the lease time to renew from when the view is read", () => {
  const leases = [{ identity: "a", renewTime: "2000" }];
  const view = { generation: 1, members: ["a", "b"] };
  const unknown = firstSeen(leases, undefined, 1_000);
  expect(aliveAmong(unknown, 1_000, 15_000)).toEqual([]);
  const named = seeLeases(unknown, leases, { nowMs: 2_000, view });
  expect(aliveAmong(named, 17_000, 15_000)).toEqual(["a"]);
  expect(aliveAmong(seeLeases(named, leases, { nowMs: 17_001, view }), 17_001, 15_000)).toEqual([]);
});

test("two replicas never work on one key, however late they read and whoever comes and goes", () => {
  const names = ["a", "b", "c", "d"];
  const one = fc.constantFrom(...names);
  const some = fc.subarray(names, { minLength: 1 });
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("members" as const), who: some }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("adopt" as const), who: some, late: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("show" as const), who: some }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("settle" as const), who: one, late: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("agree" as const), who: fc.constant(names) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("round" as const), who: fc.constant(names) }) },
  );
  const few = keys.slice(0, 12);
  let worked = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const views: ShardView[] = [];
      const states = new Map<string, ShardState>(names.map((name) => [name, newShard(name)]));
      /** What each Lease has shown over time: readers may be late by some. */
      const shown = new Map<string, number[]>(names.map((name) => [name, [0]]));
      const adopt = (name: string, late: number): void => {
        const view = views.at(-1 - late);
        const state = states.get(name)!;
        if (view?.members.includes(state.self)) states.set(name, adoptView(state, view));
      };
      const show = (name: string): void => {
        const state = states.get(name)!;
        shown.set(state.self, [...(shown.get(state.self) ?? [0]), acknowledgement(state)]);
      };
      const settle = (name: string, late: number): void => {
        const read = new Map([...shown].map(([identity, values]) => [identity, values.at(-1 - late) ?? 0]));
        states.set(name, settleView(states.get(name)!, read));
      };
      const become = (who: readonly string[]): void => {
        const next = nextView(
          views.at(-1),
          who.map((name) => states.get(name)!.self),
        );
        if (next === undefined) return;
        views.push(next);
        // Who is taken out was silent for the lease time: by its own clock it has dropped its state, and comes back under a new identity.
        for (const [name, { self }] of states)
          if (views.at(-2)?.members.includes(self) && !next.members.includes(self)) states.set(name, newShard(`${self}'`));
      };
      for (const given of steps) {
        if (given.kind === "members") become(given.who);
        else if (given.kind === "adopt") for (const name of given.who) adopt(name, given.late);
        else if (given.kind === "show") given.who.forEach(show);
        else if (given.kind === "settle") settle(given.who, given.late);
        else {
          for (const name of given.who) adopt(name, 0);
          given.who.forEach(show);
          if (given.kind === "round") for (const name of given.who) settle(name, 0);
        }
        for (const key of few) {
          const workers = [...states.values()].filter((state) => mayWorkOn(state, key));
          worked += workers.length;
          expect(workers.length).toBeLessThanOrEqual(1);
        }
      }
    }),
    { numRuns: 150, seed: 7 },
  );
  expect(worked).toBeGreaterThan(5_000);
});
