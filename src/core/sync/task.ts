import { formatResourceKey, type KubernetesObject, resourceKeyOf, splitApiVersion } from "../manifest/object.js";
import { hasSyncOption, syncOptionValue } from "./annotations.js";
import { type HookDeletePolicy, hookDeletePolicies, isHook, type SyncPhase } from "./hooks.js";
import type { OperationPhase, ResultCode } from "./operation.js";
import { waveOf } from "./waves.js";

/** One object in one phase of one sync. Lives for a single step: the step fills in what it finds. */
export interface SyncTask {
  phase: SyncPhase;
  target: KubernetesObject | null;
  live: KubernetesObject | null;
  /** wave after the prune swap, PruneLast and dependency bubbling */
  waveOverride: number | undefined;
  /** its kind is not served yet */
  skipDryRun: boolean;
  status: ResultCode | "";
  operationPhase: OperationPhase | "";
  message: string;
}

export function newTask(phase: SyncPhase, target: KubernetesObject | null, live: KubernetesObject | null): SyncTask {
  return { phase, target, live, waveOverride: undefined, skipDryRun: false, status: "", operationPhase: "", message: "" };
}

/** The desired object, else the live one. */
export function objectOf(task: SyncTask): KubernetesObject {
  const object = task.target ?? task.live;
  if (!object) throw new TypeError("a task has neither target nor live object");
  return object;
}

export function taskWave(task: SyncTask): number {
  return task.waveOverride ?? waveOf(objectOf(task));
}

export const isPrune = (task: SyncTask): boolean => task.target === null;
export const isHookTask = (task: SyncTask): boolean => isHook(objectOf(task));
export const isPending = (task: SyncTask): boolean => task.operationPhase === "";
export const isRunning = (task: SyncTask): boolean => task.operationPhase === "Running";
export const isSuccessful = (task: SyncTask): boolean => task.operationPhase === "Succeeded";
export const isFailedSync = (task: SyncTask): boolean => task.status === "SyncFailed";

export function isCompleted(task: SyncTask): boolean {
  return task.operationPhase === "Failed" || task.operationPhase === "Error" || task.operationPhase === "Succeeded";
}

/** A live hook of an earlier sync that must go before it is created anew. */
export function isDeletedBeforeCreation(task: SyncTask): boolean {
  return task.live !== null && isPending(task) && hasDeletePolicy(task, "BeforeHookCreation");
}

export function hasDeletePolicy(task: SyncTask, policy: HookDeletePolicy): boolean {
  return isHookTask(task) && hookDeletePolicies(objectOf(task)).includes(policy);
}

export function needsPruneConfirmation(task: SyncTask, pruneOption: string | undefined): boolean {
  return isPrune(task) && pruneOptionOf(task.live, pruneOption) === "confirm";
}

/** `Prune=` of the live object, else of the Application. */
export function pruneOptionOf(live: KubernetesObject | null, pruneOption: string | undefined): string | undefined {
  return syncOptionValue(live, "Prune") ?? pruneOption;
}

export function hasOption(task: SyncTask, option: string): boolean {
  return hasSyncOption(task.target, option) || hasSyncOption(task.live, option);
}

/** `group/Kind/namespace/name:Phase`, the identity of a task over the steps of an operation. */
export function resultKeyOf(task: SyncTask): string {
  return `${formatResourceKey(resourceKeyOf(objectOf(task)))}:${task.phase}`;
}

// A target carries the destination namespace even where its kind is cluster-scoped; the live object knows better.
export function resourceKeyText(task: SyncTask): string {
  const key = resourceKeyOf(objectOf(task));
  return formatResourceKey(task.live ? { ...key, namespace: task.live.metadata.namespace ?? "" } : key);
}

/** `group/Kind/name`, as messages name a task. */
export function displayName(task: SyncTask): string {
  const object = objectOf(task);
  return `${splitApiVersion(object.apiVersion).group}/${object.kind}/${object.metadata.name ?? ""}`;
}
