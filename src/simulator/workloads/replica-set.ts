import type { KubernetesObject } from "../../core/manifest/object.js";
import { copyOf } from "../api/json.js";
import type { Controller } from "../controllers/loop.js";
import { count, type Draft, ensure, part, text } from "../draft.js";
import {
  behaviorOf,
  controlledBy,
  controllerReference,
  create,
  isConditionTrue,
  keysOfOwners,
  remove,
  specOf,
  statusOf,
  type Workloads,
  writeStatus,
} from "./context.js";

const storage = "replicasets.apps";
const readyMs = 1800;

/** Keeps as many pods as a ReplicaSet asks for. Without pods its status follows by itself after a while. */
export function replicaSetController(workloads: Workloads): Controller {
  const { cluster, options, waits } = workloads;
  return {
    name: "replicaset",
    keysOf: (event) => keysOfOwners(event, storage, "ReplicaSet"),
    reconcile(key) {
      const set = cluster.store.get(storage, key)?.object;
      if (!set || set.metadata.deletionTimestamp !== undefined) return undefined;
      const wanted = count(specOf(set), "replicas", 1);
      if (options.pods) {
        const pods = activePods(workloads, set);
        scalePods(workloads, set, pods, wanted);
        writeStatus(cluster, storage, set, replicaSetStatus(set, activePods(workloads, set)));
        return undefined;
      }
      if (count(statusOf(set), "readyReplicas") === wanted && statusOf(set)["observedGeneration"] === set.metadata.generation)
        return undefined;
      const wait = `${set.metadata.uid} ${set.metadata.generation}`;
      const isStuck =
        ["stuck", "image-missing", "crash"].includes(
          text(part(part(part(specOf(set), "template"), "metadata"), "annotations"), "simulator.fleetwright.dev/behavior"),
        ) || behaviorOf(set) !== "";
      const left = isStuck ? 1 : waits.left(wait, readyMs);
      const ready = left > 0 ? Math.min(count(statusOf(set), "readyReplicas"), wanted) : wanted;
      writeStatus(cluster, storage, set, statusOfCounts(set, wanted, ready));
      if (left === 0) waits.forget(wait);
      return isStuck || left === 0 ? undefined : left;
    },
  };
}

export function activePods(workloads: Workloads, owner: KubernetesObject): readonly KubernetesObject[] {
  return controlledBy(workloads.cluster, owner, "pods.").filter((pod) => {
    const phase = text(statusOf(pod), "phase");
    return pod.metadata.deletionTimestamp === undefined && phase !== "Succeeded" && phase !== "Failed";
  });
}

function scalePods(workloads: Workloads, set: KubernetesObject, pods: readonly KubernetesObject[], wanted: number): void {
  const { cluster } = workloads;
  for (let i = pods.length; i < wanted; i++) {
    create(cluster, "pods.", set.metadata.namespace ?? "", podFromTemplate(set, { generateName: `${set.metadata.name}-` }));
  }
  if (pods.length > wanted) {
    // The ones that are not ready go first, then the youngest.
    const order = [...pods].sort(
      (a, b) =>
        Number(isConditionTrue(a, "Ready")) - Number(isConditionTrue(b, "Ready")) ||
        Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion),
    );
    for (const pod of order.slice(0, pods.length - wanted)) remove(cluster, "pods.", pod);
  }
}

/** A pod of the owner's `spec.template`. */
export function podFromTemplate(owner: KubernetesObject, metadata: Draft, labels: Draft = {}): Draft {
  const template = part(specOf(owner), "template") ?? {};
  const from = part(template, "metadata") ?? {};
  const pod: Draft = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      labels: { ...part(from, "labels"), ...labels },
      ...(part(from, "annotations") ? { annotations: copyOf(from["annotations"]) } : {}),
      ...(Array.isArray(from["finalizers"]) ? { finalizers: [...from["finalizers"]] } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: copyOf(part(template, "spec") ?? {}),
  };
  ensure(pod, "spec");
  return pod;
}

function replicaSetStatus(set: KubernetesObject, pods: readonly KubernetesObject[]): Draft {
  return statusOfCounts(set, pods.length, pods.filter((pod) => isConditionTrue(pod, "Ready")).length);
}

function statusOfCounts(set: KubernetesObject, replicas: number, ready: number): Draft {
  return {
    replicas,
    ...(replicas > 0 ? { fullyLabeledReplicas: replicas } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    observedGeneration: set.metadata.generation,
  };
}
