import { expect, test } from "vitest";
import { manualClock } from "../adapters/memory/manual-clock.js";
import { memoryCluster } from "../adapters/memory/memory-cluster.js";
import { guardCluster } from "./cluster-guard.js";
import { startHeartbeat } from "./heartbeat.js";
import { type LiveClusterState, LiveState } from "./live-state.js";

const telemetry = { log: { info() {}, warn() {}, error() {}, debug() {} } } as never;

/** A cluster whose connections die without a word when `isDead` is set: nothing is refused, nothing is answered. */
function mortalCluster() {
  const cluster = memoryCluster();
  const life = { isDead: false, asked: 0, watches: 0 };
  const port = new Proxy(cluster, {
    get: (from, verb: keyof typeof cluster) => {
      const call = from[verb] as (...args: unknown[]) => unknown;
      if (verb === "close" || typeof call !== "function") return call;
      return (...args: unknown[]) => {
        if (verb === "version") life.asked++;
        if (verb === "watch") {
          life.watches++;
          return call.apply(from, [...args]);
        }
        return life.isDead ? new Promise(() => {}) : call.apply(from, [...args]);
      };
    },
  });
  return { port, life };
}

function follow() {
  const clock = manualClock();
  const { port, life } = mortalCluster();
  const states: LiveClusterState["kind"][] = [];
  const guard = guardCluster(port, {
    server: "https://east",
    clock,
    onChange: (isOpen) => (isOpen ? live.discoverSoon() : live.resume()),
  });
  const live = new LiveState({
    cluster: guard,
    server: "https://east",
    namespaces: [],
    clusterResources: true,
    settings: { trackedApp: () => "", isExcluded: () => false },
    clock,
    random: () => 0.5,
    telemetry,
    onChange: () => {},
    onState: ({ kind }) => states.push(kind),
    watchOver: () => startHeartbeat(guard, clock),
  });
  live.start();
  return { clock, life, states, live };
}

test("a cluster that dies without a word, its watches open, is known to have failed within a minute", async () => {
  const { clock, life, states, live } = follow();
  await clock.advance(90_000);
  expect(states).toEqual(["ready"]);
  life.isDead = true;
  await clock.advance(60_000);
  expect(states).toEqual(["ready", "failed"]);
  await live.stop();
});

test("when it answers again it is ready again, and watches that may be dead connections are opened anew", async () => {
  const { clock, life, states, live } = follow();
  await clock.advance(1_000);
  life.isDead = true;
  await clock.advance(60_000);
  const watches = life.watches;
  life.isDead = false;
  await clock.advance(60_000);
  expect(states).toEqual(["ready", "failed", "ready"]);
  expect(life.watches).toBeGreaterThan(watches);
  await live.stop();
});

test("a silent cluster is asked one small question now and then, and after the end none", async () => {
  const { clock, life, live } = follow();
  await clock.advance(1_000);
  const before = life.asked;
  await clock.advance(60_000);
  expect(life.asked - before).toBe(3);
  await live.stop();
  await clock.advance(60_000);
  expect(life.asked - before).toBe(3);
});
