import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import type { Controller } from "../controllers/loop.js";
import { labelSelectorOf } from "../store/selectors.js";
import type { StoreEvent } from "../store/store.js";
import { conditionsOf, isConditionTrue, specOf, type Workloads, withCondition, writeStatus } from "./context.js";

const storage = "poddisruptionbudgets.policy";

/** Counts the pods of a budget and how many may be disrupted. */
export function disruptionBudgetController({ cluster }: Workloads): Controller {
  return {
    name: "disruption-budget",
    keysOf: (event) => keysOf({ cluster }, event),
    reconcile(key) {
      const budget = cluster.store.get(storage, key)?.object;
      if (!budget || budget.metadata.deletionTimestamp !== undefined) return undefined;
      const selects = labelSelectorOf(specOf(budget)["selector"] as Value);
      const pods = cluster.store
        .list("pods.", budget.metadata.namespace ?? "")
        .map((entry) => entry.object)
        .filter((pod) => selects(pod.metadata.labels));
      const healthy = pods.filter((pod) => isConditionTrue(pod, "Ready")).length;
      const desired = desiredHealthy(budget, pods.length);
      const allowed = Math.max(0, healthy - desired);
      const condition =
        allowed > 0
          ? ({ type: "DisruptionAllowed", status: "True", reason: "SufficientPods", message: "" } as const)
          : ({ type: "DisruptionAllowed", status: "False", reason: "InsufficientPods", message: "" } as const);
      writeStatus(cluster, storage, budget, {
        conditions: withCondition(cluster, conditionsOf(budget), condition).map((item) => ({
          ...item,
          observedGeneration: budget.metadata.generation,
        })),
        currentHealthy: healthy,
        desiredHealthy: desired,
        disruptionsAllowed: allowed,
        expectedPods: pods.length,
        observedGeneration: budget.metadata.generation,
      });
      return undefined;
    },
  };
}

function keysOf({ cluster }: Pick<Workloads, "cluster">, event: StoreEvent): readonly string[] {
  if (event.storage === storage) return event.kind === "DELETED" ? [] : [event.key];
  if (event.storage !== "pods.") return [];
  const before = event.previous?.object;
  const after = event.entry.object;
  if (event.kind === "MODIFIED" && before && isConditionTrue(before, "Ready") === isConditionTrue(after, "Ready")) return [];
  return cluster.store
    .list(storage, after.metadata.namespace ?? "")
    .map((entry) => `${entry.object.metadata.namespace}/${entry.object.metadata.name}`);
}

function desiredHealthy(budget: KubernetesObject, expected: number): number {
  const { minAvailable, maxUnavailable } = specOf(budget);
  if (minAvailable !== undefined) return share(minAvailable, expected);
  if (maxUnavailable !== undefined) return Math.max(0, expected - share(maxUnavailable, expected));
  return Math.max(0, expected - 1);
}

function share(value: unknown, of: number): number {
  return typeof value === "number" ? value : Math.ceil((Number.parseFloat(String(value)) / 100) * of);
}
