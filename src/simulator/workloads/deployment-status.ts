import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Cluster } from "../cluster.js";
import { count, type Draft } from "../draft.js";
import { conditionsOf, specOf, statusOf, withCondition } from "./context.js";

const times = ["lastUpdateTime", "lastTransitionTime"] as const;

/** The status of a Deployment from its ReplicaSets, with the conditions Available and Progressing as the real controller words them. */
export function deploymentStatus(
  cluster: Cluster,
  deployment: KubernetesObject,
  current: KubernetesObject | undefined,
  sets: readonly KubernetesObject[],
  isPastDeadline: boolean,
): { readonly status: Draft; readonly isComplete: boolean } {
  const wanted = count(specOf(deployment), "replicas", 1);
  const sum = (key: string): number => sets.reduce((total, set) => total + count(statusOf(set), key), 0);
  const replicas = sum("replicas");
  const ready = sum("readyReplicas");
  const updated = current ? count(statusOf(current), "replicas") : 0;
  const unavailable = Math.max(0, wanted - ready);
  const isComplete = current !== undefined && updated === wanted && replicas === wanted && ready === wanted;
  const name = current?.metadata.name ?? "";
  let conditions = conditionsOf(deployment);
  conditions = withCondition(cluster, conditions, availability(deployment, wanted, ready), times);
  conditions = withCondition(
    cluster,
    conditions,
    progress(conditions, { name, isComplete, isPastDeadline, isPaused: specOf(deployment)["paused"] === true }),
    times,
  );
  return {
    isComplete,
    status: {
      observedGeneration: deployment.metadata.generation,
      ...(replicas > 0 ? { replicas } : {}),
      ...(updated > 0 ? { updatedReplicas: updated } : {}),
      ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
      ...(unavailable > 0 ? { unavailableReplicas: unavailable } : {}),
      conditions,
    },
  };
}

type Condition = Parameters<typeof withCondition>[2];

function availability(deployment: KubernetesObject, wanted: number, ready: number): Condition {
  const strategy = specOf(deployment)["strategy"] as Draft | undefined;
  const rolling = strategy?.["rollingUpdate"] as Draft | undefined;
  const value = rolling?.["maxUnavailable"] ?? "25%";
  const allowed =
    strategy?.["type"] === "Recreate"
      ? 0
      : typeof value === "number"
        ? value
        : Math.floor((Number.parseFloat(String(value)) / 100) * wanted);
  return ready >= wanted - allowed
    ? { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
}

function progress(
  conditions: readonly Draft[],
  state: { readonly name: string; readonly isComplete: boolean; readonly isPastDeadline: boolean; readonly isPaused: boolean },
): Condition {
  const type = "Progressing";
  if (state.isPaused) return { type, status: "Unknown", reason: "DeploymentPaused", message: "Deployment is paused" };
  if (state.isComplete)
    return {
      type,
      status: "True",
      reason: "NewReplicaSetAvailable",
      message: `ReplicaSet "${state.name}" has successfully progressed.`,
    };
  if (state.isPastDeadline) {
    return {
      type,
      status: "False",
      reason: "ProgressDeadlineExceeded",
      message: `ReplicaSet "${state.name}" has timed out progressing.`,
    };
  }
  const isNew = conditions.every((condition) => condition["type"] !== type);
  return isNew
    ? { type, status: "True", reason: "NewReplicaSetCreated", message: `Created new replica set "${state.name}"` }
    : { type, status: "True", reason: "ReplicaSetUpdated", message: `ReplicaSet "${state.name}" is progressing.` };
}
