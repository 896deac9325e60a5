import { expect, test } from "vitest";
import { leaseTurn } from "./lease-turn.js";

const leaseMs = 15_000;

test.each([
  ["an owner that renews its Lease is not helped", { ownMs: 2_500, lastMs: 2_500 }, "wait"],
  ["one that is late is", { ownMs: 5_000, lastMs: 5_000 }, "renew"],
  ["again and again while it is busy", { ownMs: 25_000, lastMs: 5_000 }, "renew"],
  ["not more often than needed", { ownMs: 25_000, lastMs: 1_000 }, "wait"],
  ["an owner that hangs loses its Lease", { ownMs: 30_000, lastMs: 5_000 }, "end"],
  ["a Lease that has run out, as when the process was stopped, is not brought back", { ownMs: 10_000, lastMs: 10_000 }, "end"],
] as const)("%s", (_, ages, turn) => {
  expect(leaseTurn(ages, leaseMs)).toBe(turn);
});
