import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Controller } from "../controllers/loop.js";
import { count, type Draft, part, text } from "../draft.js";
import {
  controlledBy,
  create,
  isConditionTrue,
  keysOfOwners,
  remove,
  specOf,
  statusOf,
  type Workloads,
  writeStatus,
} from "./context.js";
import { podFromTemplate } from "./replica-set.js";
import { templateHash } from "./template-hash.js";

const storage = "daemonsets.apps";
const hashLabel = "controller-revision-hash";
const readyMs = 2000;

/** A pod on each node that the node selector takes; updates replace one at a time. */
export function daemonSetController(workloads: Workloads): Controller {
  const { cluster, options } = workloads;
  return {
    name: "daemonset",
    keysOf: (event) => {
      if (event.storage === "nodes." && event.kind !== "MODIFIED")
        return cluster.store.list(storage).map((entry) => `${entry.object.metadata.namespace}/${entry.object.metadata.name}`);
      return keysOfOwners(event, storage, "DaemonSet");
    },
    reconcile(key) {
      const set = cluster.store.get(storage, key)?.object;
      if (!set || set.metadata.deletionTimestamp !== undefined) return undefined;
      const nodes = eligibleNodes(workloads, set);
      const hash = templateHash(part(specOf(set), "template"));
      if (!options.pods) return reportWithoutPods(workloads, set, nodes.length);
      placePods(workloads, set, nodes, hash);
      writeStatus(cluster, storage, set, statusOfPods(set, nodes.length, hash, livePods(workloads, set)));
      return undefined;
    },
  };
}

function eligibleNodes({ cluster }: Workloads, set: KubernetesObject): readonly string[] {
  const selector = part(part(part(specOf(set), "template"), "spec"), "nodeSelector") ?? {};
  return cluster.store
    .list("nodes.")
    .filter(({ object }) => Object.entries(selector).every(([key, value]) => object.metadata.labels?.[key] === value))
    .map(({ object }) => object.metadata.name);
}

function livePods({ cluster }: Workloads, set: KubernetesObject): readonly KubernetesObject[] {
  return controlledBy(cluster, set, "pods.").filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

function placePods(workloads: Workloads, set: KubernetesObject, nodes: readonly string[], hash: string): void {
  const { cluster } = workloads;
  const pods = livePods(workloads, set);
  const byNode = new Map(pods.map((pod) => [text(specOf(pod), "nodeName"), pod]));
  for (const node of nodes) {
    if (byNode.has(node)) continue;
    const pod = podFromTemplate(
      set,
      { generateName: `${set.metadata.name}-` },
      { [hashLabel]: hash, "pod-template-generation": String(set.metadata.generation ?? 1) },
    );
    (pod["spec"] as Draft)["nodeName"] = node;
    create(cluster, "pods.", set.metadata.namespace ?? "", pod);
  }
  for (const [node, pod] of byNode) if (!nodes.includes(node)) remove(cluster, "pods.", pod);
  if (text(part(specOf(set), "updateStrategy"), "type") === "OnDelete") return;
  const outdated = pods.filter((pod) => pod.metadata.labels?.[hashLabel] !== hash);
  const isBusy = controlledBy(cluster, set, "pods.").some(
    (pod) => pod.metadata.labels?.[hashLabel] === hash && !isConditionTrue(pod, "Ready"),
  );
  if (outdated[0] && !isBusy) remove(cluster, "pods.", outdated[0]);
}

function statusOfPods(set: KubernetesObject, desired: number, hash: string, pods: readonly KubernetesObject[]): Draft {
  const ready = pods.filter((pod) => isConditionTrue(pod, "Ready")).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length;
  return statusOfCounts(set, { desired, current: pods.length, ready, updated });
}

function statusOfCounts(
  set: KubernetesObject,
  counts: { readonly desired: number; readonly current: number; readonly ready: number; readonly updated: number },
): Draft {
  const { desired, current, ready, updated } = counts;
  return {
    currentNumberScheduled: current,
    numberMisscheduled: 0,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: set.metadata.generation,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(ready > 0 ? { numberAvailable: ready } : {}),
    ...(desired > ready ? { numberUnavailable: desired - ready } : {}),
  };
}

function reportWithoutPods({ cluster, waits }: Workloads, set: KubernetesObject, desired: number): number | undefined {
  const isDone =
    statusOf(set)["observedGeneration"] === set.metadata.generation && count(statusOf(set), "updatedNumberScheduled") === desired;
  if (isDone) return undefined;
  const left = waits.left(`${set.metadata.uid} rollout`, readyMs, String(set.metadata.generation));
  const done = left > 0 ? 0 : desired;
  writeStatus(cluster, storage, set, statusOfCounts(set, { desired, current: desired, ready: done, updated: done }));
  return left > 0 ? left : undefined;
}
