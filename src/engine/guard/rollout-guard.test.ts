import { expect, test } from "vitest";
import { applyMergePatch } from "../../core/manifest/merge-patch.js";
import { asObject, asValue, type KubernetesObject } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import { memoryTree } from "../../core/render/memory-tree.js";
import type { Clock } from "../../ports/clock.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";
import type { SourcePort } from "../../ports/source.js";
import { silentTelemetry } from "../../ports/telemetry.js";
import type { EventRecorder } from "../events.js";
import { heldPlans } from "./guard-record.js";
import { RolloutGuard } from "./rollout-guard.js";

const budgets = "budgets: [{name: all, max: {changed: 0}}]\n";
const clock = { now: () => 0, monotonic: () => 0 } as Clock;

/** One ConfigMap, with versions as an API server keeps them. */
function recordHub() {
  const hub = { record: undefined as KubernetesObject | undefined, writes: 0 };
  const keep = (value: Value): KubernetesObject => {
    hub.writes++;
    const object = asObject(value);
    hub.record = { ...object, metadata: { ...object.metadata, resourceVersion: String(hub.writes) } };
    return hub.record;
  };
  const port = {
    get: async () => hub.record,
    create: async (object: KubernetesObject) => {
      if (hub.record) throw new ClusterError("there already", { reason: "AlreadyExists", status: 409 });
      return keep(asValue(object));
    },
    patch: async (_: unknown, patch: { readonly metadata?: { readonly resourceVersion?: string } }) => {
      const wanted = patch.metadata?.resourceVersion;
      if (wanted !== undefined && wanted !== hub.record?.metadata.resourceVersion)
        throw new ClusterError("changed", { reason: "Conflict", status: 409 });
      return keep(applyMergePatch(asValue(hub.record!), patch as Value));
    },
  } as unknown as ClusterPort;
  return { hub, port };
}

function guardOf(port: ClusterPort, record: () => KubernetesObject | undefined) {
  const released: string[] = [];
  const source = { tree: async () => memoryTree({ "fleetwright.yaml": budgets }) } as unknown as SourcePort;
  const guard = new RolloutGuard({
    hub: port,
    namespace: "argocd",
    source,
    clock,
    telemetry: silentTelemetry,
    events: { note: () => {} } as unknown as EventRecorder,
    record,
    plan: async ({ to }) => ({
      hash: to.repeat(8),
      over: [{ budget: "all", limit: "changed", max: 0, found: 1, examples: [] }],
      changes: [{ application: "argocd/a", effect: "changed", spec: [], resources: [] }],
      deletions: [],
      applicationSets: [],
    }),
    onHeld: () => {},
    onRelease: (repoURL) => void released.push(repoURL),
  });
  const admit = (commit: string) => guard.admit({ repoURL: "https://git.example/fleet.git", revision: "main", commit });
  return { guard, admit, released };
}

const annotation = "fleetwright.dev/approve-plan";

test("two replicas hold the same plan, and what one lets through the other follows", async () => {
  const { hub, port } = recordHub();
  const [a, b] = [guardOf(port, () => hub.record), guardOf(port, () => hub.record)];
  expect([await a.admit("c1"), await b.admit("c1")]).toEqual(["c1", "c1"]);
  expect([await a.admit("c2"), await b.admit("c2")]).toEqual(["c1", "c1"]);
  expect(heldPlans(hub.record)).toMatchObject([{ hash: "c2".repeat(8), from: "c1", to: "c2" }]);
  await port.patch({} as never, { metadata: { annotations: { [annotation]: "c2".repeat(8) } } }, { type: "merge" });
  a.guard.onRecord(hub.record);
  expect(a.released).toHaveLength(1);
  expect(await a.admit("c2")).toBe("c2");
  expect(hub.record?.metadata.annotations?.[annotation]).toBeUndefined();
  // The approval is used up; the record says that the commit was let through.
  b.guard.onRecord(hub.record);
  expect(b.released).toHaveLength(1);
  expect(await b.admit("c2")).toBe("c2");
  expect([a.guard.held, b.guard.held]).toEqual([[], []]);
});

test("a process that knows less than the record does not take the fleet back", async () => {
  const { hub, port } = recordHub();
  const ahead = guardOf(port, () => hub.record);
  await ahead.admit("c1");
  const stale = hub.record;
  await ahead.admit("c2");
  await port.patch({} as never, { metadata: { annotations: { [annotation]: "c2".repeat(8) } } }, { type: "merge" });
  await ahead.admit("c2");
  const behind = guardOf(port, () => stale);
  expect(await behind.admit("c2")).toBe("c2");
  // A commit that its mirror still takes for the newest is a move back, and as such a plan of its own.
  expect(await behind.admit("c1")).toBe("c2");
});

test("a held commit that is asked for by its name is refused, every other name is its own commit", async () => {
  const { hub, port } = recordHub();
  const { guard, admit } = guardOf(port, () => hub.record);
  const [first, second] = ["1".repeat(40), "2".repeat(40)];
  await admit(first);
  expect(await admit(second)).toBe(first);
  const byName = (commit: string) => guard.admit({ repoURL: "https://git.example/fleet", revision: commit, commit });
  await expect(byName(second)).rejects.toMatchObject({ code: "GUARD_HELD" });
  expect(await byName(first)).toBe(first);
});
