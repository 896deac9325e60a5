import { hasSyncOption } from "./annotations.js";
import { removeHookFinalizer } from "./hook-cleanup.js";
import { isCustomResourceDefinition } from "./order.js";
import type { SyncInput } from "./plan.js";
import type { SyncReply, SyncRequest } from "./request.js";
import type { Stepping, SyncSession } from "./session.js";
import {
  hasOption,
  isDeletedBeforeCreation,
  isHookTask,
  isPending,
  isPrune,
  needsPruneConfirmation,
  pruneOptionOf,
  type SyncTask,
} from "./task.js";

export type RunOutcome = "successful" | "pending" | "failed";

interface RunOptions {
  readonly input: SyncInput;
  /** validate only; an operation that is a dry run itself never does more */
  readonly dryRun: boolean;
}

/** Runs the tasks of a wave (or validates all): free old hooks, prune, delete old hooks, then apply kind by kind. */
export function* runTasks(session: SyncSession, tasks: readonly SyncTask[], options: RunOptions): Stepping<RunOutcome> {
  const dryRun = options.dryRun || options.input.settings.dryRun;
  const run = { ...options, dryRun };
  if (!dryRun && !(yield* freeOldHooks(session, tasks))) return "failed";
  const prunes = tasks.filter(isPrune);
  if (!run.input.isPruneConfirmed && prunes.some((task) => needsPruneConfirmation(task, run.input.settings.pruneOption))) {
    return "pending";
  }
  if (!(yield* prune(session, prunes, run))) return "failed";
  const applies = tasks.filter((task) => !isPrune(task));
  const outcome = dryRun ? "successful" : yield* deleteOldHooks(session, applies, run);
  if (outcome !== "successful") return outcome;
  let isApplied = true;
  for (const group of groupsOfOneKind(applies)) {
    // Argo CD goes on with the next kind after a failure: the wave fails as a whole, with all its reasons.
    if (!(yield* applyGroup(session, group, run))) isApplied = false;
  }
  return isApplied ? "successful" : "failed";
}

function* freeOldHooks(session: SyncSession, tasks: readonly SyncTask[]): Stepping<boolean> {
  let isFree = true;
  for (const task of tasks.filter((one) => isHookTask(one) && isPending(one) && one.live)) {
    const error = yield* removeHookFinalizer(session, task);
    if (error === undefined) continue;
    isFree = false;
    session.setResult(task, task.status, "Error", `failed to remove hook finalizer: ${error}`);
  }
  return isFree;
}

function* prune(session: SyncSession, tasks: readonly SyncTask[], run: RunOptions): Stepping<boolean> {
  const { settings } = run.input;
  const skipReason = (task: SyncTask) => {
    if (!settings.prune) return "ignored (requires pruning)";
    return pruneOptionOf(task.live, settings.pruneOption) === "false" ? "ignored (no prune)" : undefined;
  };
  const toDelete = tasks.filter(
    (task) => !run.dryRun && skipReason(task) === undefined && task.live && !task.live.metadata.deletionTimestamp,
  );
  const requests = toDelete.flatMap((task): readonly SyncRequest[] =>
    task.live ? [{ op: "delete", live: task.live, propagationPolicy: settings.propagationPolicy }] : [],
  );
  const replies = yield* session.request(requests);
  const replyByTask = new Map(toDelete.map((task, index) => [task, replies[index]]));
  // An operation that is a dry run keeps its results; the validation before a sync does not.
  const isNoted = !run.dryRun || settings.dryRun;
  let isPruned = true;
  for (const task of tasks) {
    const reason = skipReason(task);
    const reply = replyByTask.get(task);
    if (reply && !reply.ok) {
      isPruned = false;
      session.setResult(task, "SyncFailed", "Failed", reply.error);
    } else if (isNoted) {
      const message = reason ?? (run.dryRun ? "pruned (dry run)" : "pruned");
      session.setResult(task, reason === undefined ? "Pruned" : "PruneSkipped", "Succeeded", message);
    }
  }
  return isPruned;
}

function* deleteOldHooks(session: SyncSession, tasks: readonly SyncTask[], run: RunOptions): Stepping<RunOutcome> {
  const old = tasks.filter(isDeletedBeforeCreation);
  const requests = old.flatMap((task): readonly SyncRequest[] =>
    task.live ? [{ op: "delete", live: task.live, propagationPolicy: run.input.settings.propagationPolicy }] : [],
  );
  const replies = yield* session.request(requests);
  let outcome: RunOutcome = "successful";
  for (const [index, task] of old.entries()) {
    const reply = replies[index];
    if (!reply || reply.ok) {
      if (outcome === "successful") outcome = "pending";
    } else if (reply.reason === "not-found") {
      task.live = null;
    } else {
      outcome = "failed";
      session.setResult(task, task.status, "Error", `failed to delete resource: failed to delete resource: ${reply.error}`);
    }
  }
  return outcome;
}

/** Neighbours of one kind are applied side by side. */
function groupsOfOneKind(tasks: readonly SyncTask[]): readonly (readonly SyncTask[])[] {
  const groups: SyncTask[][] = [];
  for (const task of tasks) {
    const last = groups.at(-1);
    if (last && last[0]?.target?.kind === task.target?.kind) last.push(task);
    else groups.push([task]);
  }
  return groups;
}

function* applyGroup(session: SyncSession, group: readonly SyncTask[], run: RunOptions): Stepping<boolean> {
  const { input, dryRun } = run;
  const tasks = group.filter((task) => !(dryRun && task.skipDryRun));
  const errors = dryRun ? new Map<SyncTask, string>() : yield* migrate(session, tasks, run);
  const toApply = tasks.filter((task) => !errors.has(task));
  if (!dryRun) for (const task of toApply) if (isHookTask(task)) session.intend(task);
  const replies = yield* session.request(toApply.flatMap((task) => applyRequest(task, run) ?? []));
  const replyByTask = new Map<SyncTask, SyncReply | undefined>(toApply.map((task, index) => [task, replies[index]]));
  const isNoted = !dryRun || input.settings.dryRun;
  let isApplied = true;
  for (const task of tasks) {
    const reply = replyByTask.get(task);
    const error = errors.get(task) ?? (reply && !reply.ok ? reply.error : undefined);
    if (error !== undefined) {
      isApplied = false;
      session.setResult(task, "SyncFailed", "Failed", error);
    } else if (isNoted) {
      session.setResult(task, "Synced", dryRun ? "Succeeded" : "Running", appliedMessage(task, reply, input));
    }
  }
  if (!dryRun)
    yield* awaitDefinitions(
      session,
      toApply.filter((task) => replyByTask.get(task)?.ok),
    );
  return isApplied;
}

function* awaitDefinitions(session: SyncSession, tasks: readonly SyncTask[]): Stepping<void> {
  const definitions = tasks.flatMap((task) => (isCustomResourceDefinition(task.target) && task.target ? [task.target] : []));
  // Argo CD: a CRD that is not ready in time is only logged; the objects that need it say so themselves.
  yield* session.request(definitions.map((target) => ({ op: "awaitEstablished", target })));
}

function* migrate(session: SyncSession, tasks: readonly SyncTask[], run: RunOptions): Stepping<Map<SyncTask, string>> {
  const errors = new Map<SyncTask, string>();
  const manager = run.input.migrationManager ?? "kubectl-client-side-apply";
  for (const task of tasks) {
    if (!run.input.settings.clientSideApplyMigration || !usesServerSideApply(task, run) || !task.live) continue;
    const isManaged = task.live.metadata.managedFields?.some(
      (entry) => entry["manager"] === manager && entry["operation"] === "Update",
    );
    if (!isManaged) continue;
    const reply = yield* session.ask({ op: "migrateManagedFields", live: task.live, manager });
    if (reply.ok) continue;
    const { apiVersion, kind, metadata } = task.live;
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
    const key = `${group}/${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
    errors.set(task, `Failed to perform client-side apply migration for ${key}: ${reply.error}`);
  }
  return errors;
}

/** Argo CD: a dry run is always client-side, for the server would refuse what a namespace of this sync is to hold. */
function usesServerSideApply(task: SyncTask, run: RunOptions): boolean {
  if (run.dryRun || hasSyncOption(task.target, "ServerSideApply=false")) return false;
  return run.input.settings.serverSideApply || hasSyncOption(task.target, "ServerSideApply=true");
}

function applyRequest(task: SyncTask, run: RunOptions): SyncRequest | undefined {
  const { target, live } = task;
  if (!target) return undefined;
  const { settings } = run.input;
  const force = settings.force || hasOption(task, "Force=true");
  const validate = settings.validate && !hasSyncOption(target, "Validate=false");
  const { dryRun } = run;
  if (!isReplaced(task, run.input)) {
    return { op: "apply", target, live, dryRun, force, validate, serverSideApply: usesServerSideApply(task, run) };
  }
  if (!live) return { op: "create", target, dryRun, validate };
  if (!isUpdatedInPlace(task)) return { op: "replace", target, live, dryRun, force };
  const { resourceVersion } = live.metadata;
  const metadata = resourceVersion === undefined ? target.metadata : { ...target.metadata, resourceVersion };
  return { op: "update", target: { ...target, metadata }, dryRun };
}

function isReplaced(task: SyncTask, input: SyncInput): boolean {
  return input.settings.replace || hasOption(task, "Replace=true");
}

// Argo CD: replacing these could delete them first, and everything in them.
function isUpdatedInPlace(task: SyncTask): boolean {
  return isCustomResourceDefinition(task.target) || task.target?.kind === "Namespace";
}

function appliedMessage(task: SyncTask, reply: SyncReply | undefined, input: SyncInput): string {
  if (isReplaced(task, input) && task.live && isUpdatedInPlace(task)) {
    return `${task.target?.kind}/${task.target?.metadata.name} updated`;
  }
  return reply?.ok ? (reply.message ?? "") : "";
}
