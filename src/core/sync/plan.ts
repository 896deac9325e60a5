import { type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { hasSyncOption } from "./annotations.js";
import { isHook, type SyncPhase, syncPhases, withHookFinalizer } from "./hooks.js";
import { managedNamespaceTask, type NamespaceMetadata } from "./namespace.js";
import type { Discovered, SyncObservations, SyncProgress, SyncSettings } from "./operation.js";
import { isCustomResourceDefinition, orderTasks, providedKind } from "./order.js";
import type { ResourcePair } from "./reconcile.js";
import { isPrune, newTask, objectOf, resultKeyOf, type SyncTask, taskWave } from "./task.js";

/** All that a step of a sync is computed from. */
export interface SyncInput {
  /** destination namespace of the Application */
  readonly namespace: string;
  /** commit that is synced; names hooks with generateName */
  readonly revision: string;
  /** start of the operation, seconds since the epoch */
  readonly startedAtSeconds: number;
  readonly pairs: readonly ResourcePair[];
  readonly hooks: readonly KubernetesObject[];
  readonly settings: SyncSettings;
  /** which pairs take part (selective sync, not itself); default all */
  readonly includes?: (pair: ResourcePair) => boolean;
  /** `syncPolicy.managedNamespaceMetadata` */
  readonly managedNamespaceMetadata?: NamespaceMetadata | null;
  /** the deletion-approved annotation is newer than the operation */
  readonly isPruneConfirmed?: boolean;
  /** field manager whose client-side fields move to server-side apply */
  readonly migrationManager?: string;
  readonly progress: SyncProgress;
  readonly observed: SyncObservations;
}

/** A finding that makes the plan invalid; it becomes the result of its task. */
export interface PlanFailure {
  readonly task: SyncTask;
  readonly phase: "" | "Error";
  readonly message: string;
}

export interface SyncPlan {
  readonly tasks: readonly SyncTask[];
  readonly failures: readonly PlanFailure[];
  readonly isValid: boolean;
}

/** The tasks of a sync in the order in which they run, with the results so far (Argo CD: getSyncTasks). */
export function planSync(input: SyncInput): SyncPlan {
  const failures: PlanFailure[] = [];
  const tasks = [...resourceTasks(input), ...hookTasks(input)].map((task) => withNamespace(task, input.namespace));
  if (input.settings.createNamespace && input.namespace !== "") {
    const { task, failure } = managedNamespaceTask(input);
    if (task) tasks.push(task);
    if (task && failure !== undefined) failures.push({ task, phase: "Error", message: failure });
  }
  addLiveObjects(tasks, input.pairs);
  const invalid = checkKinds(tasks, input);
  failures.push(...invalid);
  swapPruneWaves(tasks);
  movePruneLast(tasks, input.settings.pruneLast);
  const ordered = orderTasks(tasks);
  addResults(ordered, input.progress);
  return { tasks: ordered, failures, isValid: invalid.length === 0 };
}

function resourceTasks(input: SyncInput): SyncTask[] {
  const tasks: SyncTask[] = [];
  for (const pair of input.pairs) {
    const object = pair.target ?? pair.live;
    if (!object || input.includes?.(pair) === false || isHook(object)) continue;
    for (const phase of syncPhases(object)) tasks.push(newTask(phase, pair.target, pair.live));
  }
  return tasks;
}

function hookTasks(input: SyncInput): SyncTask[] {
  if (input.settings.skipHooks) return [];
  return input.hooks.flatMap((hook) =>
    syncPhases(hook).map((phase) => newTask(phase, withHookFinalizer(named(hook, phase, input)), null)),
  );
}

// A hook with generateName gets the same name in every step of an operation.
function named(hook: KubernetesObject, phase: SyncPhase, input: SyncInput): KubernetesObject {
  if (hook.metadata.name) return hook;
  const revision = input.revision.length >= 8 ? input.revision.slice(0, 7) : input.revision;
  const suffix = `${revision}-${phase}-${input.startedAtSeconds}`.toLowerCase();
  return { ...hook, metadata: { ...hook.metadata, name: `${hook.metadata.generateName ?? ""}${suffix}` } };
}

// Cluster-scoped targets get it as well, so that none can slip into a default namespace.
function withNamespace(task: SyncTask, namespace: string): SyncTask {
  const target = task.target;
  if (!target || target.metadata.namespace || namespace === "") return task;
  task.target = { ...target, metadata: { ...target.metadata, namespace } };
  return task;
}

function addLiveObjects(tasks: readonly SyncTask[], pairs: readonly ResourcePair[]): void {
  const candidates = new Map<string, { readonly namespace: string; readonly live: KubernetesObject | null }[]>();
  for (const pair of pairs) {
    const object = pair.live ?? pair.target;
    if (!object) continue;
    const id = nameKey(object);
    const found = { namespace: object.metadata.namespace ?? "", live: pair.live };
    const existing = candidates.get(id);
    if (existing) existing.push(found);
    else candidates.set(id, [found]);
  }
  for (const task of tasks) {
    if (!task.target || task.live) continue;
    const namespace = task.target.metadata.namespace ?? "";
    const found = candidates.get(nameKey(task.target))?.find((one) => one.namespace === "" || one.namespace === namespace);
    task.live = found?.live ?? null;
  }
}

function nameKey(object: KubernetesObject): string {
  return `${splitApiVersion(object.apiVersion).group}/${object.kind}/${object.metadata.name}`;
}

/** Discovery and the project's permission for every task; marks kinds that a CRD of this sync will bring. */
function checkKinds(tasks: readonly SyncTask[], input: SyncInput): readonly PlanFailure[] {
  const targets = [...input.hooks, ...input.pairs.flatMap((pair) => pair.target ?? [])];
  const coming = new Set(targets.filter(isCustomResourceDefinition).flatMap((target) => providedKind(target) ?? []));
  const scopes = new Map<string, Discovered>();
  const failures: PlanFailure[] = [];
  for (const task of tasks) {
    const object = objectOf(task);
    const id = `${object.apiVersion}/${object.kind}`;
    const scope = scopes.get(id) ?? input.observed.scope(object.apiVersion, object.kind);
    scopes.set(id, scope);
    if (scope.kind === "found") {
      const reason = input.observed.forbidden?.(object, scope.namespaced);
      if (reason !== undefined) failures.push({ task, phase: "", message: reason });
      continue;
    }
    const mayBeMissing =
      input.settings.skipDryRunOnMissingResource ||
      hasSyncOption(task.target, "SkipDryRunOnMissingResource=true") ||
      coming.has(`${splitApiVersion(object.apiVersion).group}/${object.kind}`);
    if (scope.kind === "missing" && mayBeMissing) task.skipDryRun = true;
    else failures.push({ task, phase: "", message: scope.error });
  }
  return failures;
}

// Argo CD: what is pruned goes in the reverse order of its creation: first and last wave change places, and so on inwards.
function swapPruneWaves(tasks: readonly SyncTask[]): void {
  const prunes = tasks.filter(isPrune).map((task) => ({ task, wave: taskWave(task) }));
  const waves = [...new Set(prunes.map(({ wave }) => wave))].sort((a, b) => a - b);
  const mirrored = new Map(waves.map((wave, index) => [wave, waves[waves.length - 1 - index]]));
  for (const { task, wave } of prunes) {
    const other = mirrored.get(wave);
    if (other !== wave) task.waveOverride = other;
  }
}

function movePruneLast(tasks: readonly SyncTask[], all: boolean): void {
  const waves = tasks.filter((task) => task.phase === "Sync").map(taskWave);
  const last = waves.reduce((highest, wave) => Math.max(highest, wave), 0) + 1;
  for (const task of tasks) {
    if (isPrune(task) && (all || hasSyncOption(task.live, "PruneLast=true"))) task.waveOverride = last;
  }
}

function addResults(tasks: readonly SyncTask[], progress: SyncProgress): void {
  const results = new Map(
    progress.resources.map((one) => [`${one.group}/${one.kind}/${one.namespace}/${one.name}:${one.syncPhase}`, one]),
  );
  const intents = new Map((progress.intents ?? []).map((intent) => [intent.key, intent]));
  for (const task of tasks) {
    const key = resultKeyOf(task);
    const result = results.get(key);
    if (result) {
      task.status = result.status;
      task.operationPhase = result.hookPhase;
      task.message = result.message;
      continue;
    }
    // Stopped between creating a hook and noting it: the object that stands there now is the one this operation made.
    const intent = intents.get(key);
    if (intent && task.live && (task.live.metadata.uid ?? "") !== intent.replaces) {
      task.status = "Synced";
      task.operationPhase = "Running";
    }
  }
}
