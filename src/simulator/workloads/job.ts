import type { KubernetesObject } from "../../core/manifest/object.js";
import { now } from "../cluster.js";
import type { Controller } from "../controllers/loop.js";
import { count, type Draft, part, text } from "../draft.js";
import { deleteObject, plainDelete } from "../writes/delete.js";
import {
  behaviorOf,
  conditionsOf,
  controlledBy,
  create,
  isConditionTrue,
  keysOfOwners,
  remove,
  specOf,
  statusOf,
  type Workloads,
  withCondition,
  writeStatus,
} from "./context.js";
import { podFromTemplate } from "./replica-set.js";

const storage = "jobs.batch";
const runMs = 4000;

/** Runs a Job's pods until enough have succeeded, or `backoffLimit` is passed. */
export function jobController(workloads: Workloads): Controller {
  const { cluster, options } = workloads;
  return {
    name: "job",
    keysOf: (event) => keysOfOwners(event, storage, "Job"),
    reconcile(key) {
      const job = cluster.store.get(storage, key)?.object;
      if (!job || job.metadata.deletionTimestamp !== undefined) return undefined;
      if (isFinished(job)) return expire(workloads, job);
      if (specOf(job)["suspend"] === true) return suspend(workloads, job);
      return options.pods ? runPods(workloads, job) : runWithoutPods(workloads, job);
    },
  };
}

function isFinished(job: KubernetesObject): boolean {
  return isConditionTrue(job, "Complete") || isConditionTrue(job, "Failed");
}

function runPods(workloads: Workloads, job: KubernetesObject): number | undefined {
  const { cluster } = workloads;
  const pods = controlledBy(cluster, job, "pods.");
  const inPhase = (phase: string): number => pods.filter((pod) => text(statusOf(pod), "phase") === phase).length;
  const succeeded = inPhase("Succeeded");
  const failed = inPhase("Failed");
  const wanted = count(specOf(job), "completions", 1);
  if (succeeded >= wanted) return finish(workloads, job, { succeeded, failed, isGood: true });
  if (failed > count(specOf(job), "backoffLimit", 6)) return finish(workloads, job, { succeeded, failed, isGood: false });
  const active = pods.filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && !["Succeeded", "Failed"].includes(text(statusOf(pod), "phase")),
  );
  const slots = Math.min(count(specOf(job), "parallelism", 1), wanted - succeeded);
  for (let i = active.length; i < slots; i++) {
    create(cluster, "pods.", job.metadata.namespace ?? "", podFromTemplate(job, { generateName: `${job.metadata.name}-` }));
  }
  const ready = active.filter((pod) => isConditionTrue(pod, "Ready")).length;
  writeRunning(workloads, job, { active: Math.max(active.length, slots), ready, succeeded, failed });
  return undefined;
}

function runWithoutPods(workloads: Workloads, job: KubernetesObject): number | undefined {
  const wanted = count(specOf(job), "completions", 1);
  const template = part(part(specOf(job), "template"), "metadata");
  const behavior = behaviorOf(job) || text(part(template, "annotations"), "simulator.fleetwright.dev/behavior");
  const left = workloads.waits.left(`${job.metadata.uid} run`, runMs);
  if (left > 0 || behavior === "stuck" || behavior === "image-missing") {
    writeRunning(workloads, job, {
      active: Math.min(count(specOf(job), "parallelism", 1), wanted),
      ready: 0,
      succeeded: 0,
      failed: 0,
    });
    return left > 0 ? left : undefined;
  }
  workloads.waits.forget(`${job.metadata.uid} run`);
  if (behavior === "crash")
    return finish(workloads, job, { succeeded: 0, failed: count(specOf(job), "backoffLimit", 6) + 1, isGood: false });
  return finish(workloads, job, { succeeded: wanted, failed: 0, isGood: true });
}

function writeRunning(
  { cluster }: Workloads,
  job: KubernetesObject,
  counts: { readonly active: number; readonly ready: number; readonly succeeded: number; readonly failed: number },
): void {
  const { active, ready, succeeded, failed } = counts;
  const conditions = conditionsOf(job);
  writeStatus(cluster, storage, job, {
    ...(conditions.length > 0 ? { conditions: withoutSuspension(cluster, conditions) } : {}),
    startTime: text(statusOf(job), "startTime") || now(cluster),
    ...(active > 0 ? { active } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    terminating: 0,
    uncountedTerminatedPods: {},
    ready,
  });
}

function withoutSuspension(cluster: Workloads["cluster"], conditions: readonly Draft[]): Draft[] {
  const isSuspended = conditions.some((condition) => condition["type"] === "Suspended" && condition["status"] === "True");
  if (!isSuspended) return [...conditions];
  return withCondition(
    cluster,
    conditions,
    { type: "Suspended", status: "False", reason: "JobResumed", message: "Job resumed" },
    ["lastProbeTime", "lastTransitionTime"],
  );
}

function finish(
  workloads: Workloads,
  job: KubernetesObject,
  end: { readonly succeeded: number; readonly failed: number; readonly isGood: boolean },
): number | undefined {
  const { cluster } = workloads;
  const at = now(cluster);
  const condition = (type: string, reason: string, message: string): Draft => ({
    type,
    status: "True",
    lastProbeTime: at,
    lastTransitionTime: at,
    reason,
    message,
  });
  const conditions = end.isGood
    ? [
        condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"),
        condition("Complete", "CompletionsReached", "Reached expected number of succeeded pods"),
      ]
    : [
        condition("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
        condition("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
      ];
  writeStatus(cluster, storage, job, {
    conditions: [...conditionsOf(job), ...conditions],
    startTime: text(statusOf(job), "startTime") || at,
    ...(end.isGood ? { completionTime: at } : {}),
    ...(end.succeeded > 0 ? { succeeded: end.succeeded } : {}),
    ...(end.failed > 0 ? { failed: end.failed } : {}),
    terminating: 0,
    uncountedTerminatedPods: {},
    ready: 0,
  });
  return undefined;
}

function suspend({ cluster }: Workloads, job: KubernetesObject): number | undefined {
  for (const pod of controlledBy(cluster, job, "pods.")) remove(cluster, "pods.", pod);
  const condition = { type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" } as const;
  writeStatus(cluster, storage, job, {
    conditions: withCondition(cluster, conditionsOf(job), condition, ["lastProbeTime", "lastTransitionTime"]),
    terminating: 0,
    uncountedTerminatedPods: {},
    ready: 0,
  });
  return undefined;
}

/** `ttlSecondsAfterFinished` removes a finished Job. */
function expire(workloads: Workloads, job: KubernetesObject): number | undefined {
  const ttl = specOf(job)["ttlSecondsAfterFinished"];
  if (typeof ttl !== "number") return undefined;
  const left = workloads.waits.left(`${job.metadata.uid} ttl`, ttl * 1000);
  if (left > 0) return left;
  workloads.waits.forget(`${job.metadata.uid} ttl`);
  const type = workloads.cluster.registry.ofStorage(storage);
  if (type)
    deleteObject(workloads.cluster, type, job.metadata.namespace ?? "", job.metadata.name, {
      ...plainDelete,
      propagation: "Background",
    });
  return undefined;
}
