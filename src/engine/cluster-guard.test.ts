import { expect, test } from "vitest";
import { manualClock } from "../adapters/memory/manual-clock.js";
import { memoryCluster } from "../adapters/memory/memory-cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import { guardCluster } from "./cluster-guard.js";

const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a" };
const unreachable = new ClusterError("connection refused", { reason: "Unreachable", status: 0 });

test("after three failures running a cluster is not asked any more, until one request finds out that it answers again", async () => {
  const clock = manualClock();
  const cluster = memoryCluster();
  const states: boolean[] = [];
  let asked = 0;
  const counted = new Proxy(cluster, {
    get: (from, verb: keyof typeof cluster) => {
      if (verb === "get") asked++;
      return from[verb];
    },
  });
  const guard = guardCluster(counted, { server: "https://east", clock, onChange: (isOpen) => states.push(isOpen) });
  cluster.setFailure(unreachable);
  for (let attempt = 0; attempt < 10; attempt++) await guard.get(ref).catch(() => undefined);
  expect(asked).toBe(3);
  expect(guard.isStuck()).toBe(true);
  cluster.setFailure(undefined);
  await expect(guard.get(ref)).rejects.toThrow("https://east has not answered 3 times running");
  await clock.advance(2_000);
  expect(await guard.get(ref)).toBeUndefined();
  expect(guard.isStuck()).toBe(false);
  expect(states).toEqual([true, false]);
});

test("an answer that refuses is an answer", async () => {
  const cluster = memoryCluster();
  const guard = guardCluster(cluster, { server: "https://east", clock: manualClock() });
  cluster.setFailure(new ClusterError("no", { reason: "Forbidden", status: 403 }));
  for (let attempt = 0; attempt < 5; attempt++) await guard.get(ref).catch(() => undefined);
  expect(guard.isStuck()).toBe(false);
});

test("a request that waits long makes the cluster stuck though its circuit is closed", async () => {
  const clock = manualClock();
  let slow = 0;
  const cluster = memoryCluster();
  const silent = new Proxy(cluster, {
    get: (from, verb: keyof typeof cluster) => (verb === "get" ? () => new Promise(() => {}) : from[verb]),
  });
  const guard = guardCluster(silent, { server: "https://east", clock, onSlow: () => slow++ });
  void guard.get(ref);
  expect(guard.isStuck()).toBe(false);
  await clock.advance(5_000);
  expect(guard.isStuck()).toBe(true);
  expect(slow).toBe(1);
});
