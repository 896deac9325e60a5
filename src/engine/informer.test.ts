import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { memoryCluster } from "#src/adapters/memory/memory-cluster.js";
import { ClusterError } from "#src/ports/cluster-error.js";
import { Informer } from "./informer.js";

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "a" },
  data,
});

async function informed() {
  const clock = manualClock();
  const cluster = memoryCluster({ objects: [configMap("one")] });
  const [resource] = (await cluster.discover()).filter((found) => found.kind === "ConfigMap");
  const seen: string[] = [];
  const failures: unknown[] = [];
  const informer = new Informer({
    cluster,
    resource: resource!,
    clock,
    random: () => 0.5,
    onChange: ({ before, after }) => seen.push(`${before ? "-" : ""}${after ? "+" : ""}${(after ?? before)!.metadata.name}`),
    onFailure: (error) => failures.push(error),
  });
  informer.start();
  await clock.advance(0);
  return { clock, cluster, informer, seen, failures };
}

test("after the first list every change arrives once", async () => {
  const { clock, cluster, informer, seen } = await informed();
  await cluster.create(configMap("two"));
  cluster.change({ apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "one" }, (object) => ({
    ...object,
    data: { a: "1" },
  }));
  await cluster.delete({ apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "two" });
  await clock.advance(0);
  expect(seen).toEqual(["+one", "+two", "-+one", "-two"]);
  expect(informer.get("a", "two")).toBeUndefined();
  await informer.stop();
});

test("a version that is too old is listed anew, and only differences are told", async () => {
  const { clock, cluster, informer, seen } = await informed();
  cluster.setFailure(new ClusterError("down", { reason: "Unreachable", status: 0 }));
  await clock.advance(0);
  cluster.setFailure(undefined);
  await cluster.create(configMap("two"));
  cluster.compactHistory();
  await clock.advance(5000);
  expect(seen).toEqual(["+one", "+two"]);
  await informer.stop();
});

test("a cluster that is away is reported and tried again with growing pauses; its return is reported too", async () => {
  const { clock, cluster, informer, failures } = await informed();
  cluster.setFailure(new ClusterError("down", { reason: "Unreachable", status: 0 }));
  await clock.advance(10_000);
  const tries = failures.length;
  expect(tries).toBeGreaterThan(2);
  expect(tries).toBeLessThan(6);
  cluster.setFailure(undefined);
  await cluster.create(configMap("two"));
  await clock.advance(30_000);
  expect(failures.at(-1)).toBeUndefined();
  expect(informer.get("a", "two")).toBeDefined();
  await informer.stop();
});

test("the answer to a write is visible at once, and an older event does not undo it", async () => {
  const { clock, cluster, informer } = await informed();
  const written = await cluster.create(configMap("two", { a: "1" }));
  informer.assume(written);
  expect(informer.get("a", "two")?.["data"]).toEqual({ a: "1" });
  await clock.advance(0);
  await cluster.delete({ apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "two" });
  await clock.advance(0);
  informer.assume(written);
  expect(informer.get("a", "two")).toBeUndefined();
  await informer.stop();
});
