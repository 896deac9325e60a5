import { deleteHooks, finishHooks } from "./hook-cleanup.js";
import { hookPhase } from "./hook-phase.js";
import { isNamespaceNamed } from "./namespace.js";
import type { SyncProgress } from "./operation.js";
import { planSync, type SyncInput, type SyncPlan } from "./plan.js";
import { runTasks } from "./run-tasks.js";
import { type Stepping, SyncSession } from "./session.js";
import { runSyncFail } from "./sync-fail.js";
import {
  displayName,
  hasDeletePolicy,
  isCompleted,
  isDeletedBeforeCreation,
  isFailedSync,
  isHookTask,
  isPending,
  isPrune,
  isRunning,
  isSuccessful,
  resourceKeyText,
  type SyncTask,
  taskWave,
} from "./task.js";
import { terminateHooks } from "./terminate.js";
import { waitingMessage } from "./waiting.js";

/**
 * One reconciliation of a running sync (Argo CD: syncContext.Sync, or Terminate where the phase is Terminating).
 * A generator: it yields what the cluster is to be asked, takes the replies, and returns the operation's next state.
 */
export function* stepSync(input: SyncInput): Stepping<SyncProgress> {
  const session = new SyncSession(input.progress);
  const plan = planSync(input);
  for (const failure of plan.failures) session.setResult(failure.task, "SyncFailed", failure.phase, failure.message);
  if (input.progress.phase === "Terminating") yield* terminate(session, plan, input);
  else yield* advance(session, plan, input);
  return session.progress();
}

function* terminate(session: SyncSession, plan: SyncPlan, input: SyncInput): Stepping<void> {
  yield* finishHooks(
    session,
    plan.tasks.filter((task) => isHookTask(task) && isCompleted(task)),
  );
  const isClean = yield* terminateHooks(session, plan.tasks.filter(isHookTask), input);
  if (isClean) session.setPhase("Failed", "Operation terminated");
  else session.setPhase("Error", "Operation termination had errors");
}

function* advance(session: SyncSession, plan: SyncPlan, input: SyncInput): Stepping<void> {
  if (!plan.isValid) return session.setPhase("Failed", invalidMessage(session));
  const all = plan.tasks;
  if (!session.isStarted && !(yield* validate(session, all, input))) return;
  updateRunning(session, all, input);
  if (yield* waitForRunning(session, all, input)) return;
  const terminating = all.filter((task) => task.status === "Pruned" && task.live?.metadata.deletionTimestamp !== undefined);
  if (terminating.length > 0) return session.setPhase("Running", waitingMessage(terminating, input, true));
  yield* finishHooks(
    session,
    all.filter((task) => isHookTask(task) && isCompleted(task)),
  );
  yield* runNextWave(session, all, input);
}

function invalidMessage(session: SyncSession): string {
  const failed = session.allResults.filter((result) => result.status === "SyncFailed" && result.message !== "");
  const reasons = [...new Set(failed.map((result) => result.message))].sort();
  const message = "one or more synchronization tasks are not valid";
  return reasons.length > 0 ? `${message}: ${reasons.join("; ")}` : message;
}

/** The dry run over everything, once an operation; before it the namespace is made, for validation needs it. */
function* validate(session: SyncSession, tasks: readonly SyncTask[], input: SyncInput): Stepping<boolean> {
  let toValidate = tasks;
  const namespaceTask = tasks.find((task) => task.live === null && isNamespaceNamed(task.target, input.namespace));
  if (namespaceTask) {
    if ((yield* runTasks(session, [namespaceTask], { input, dryRun: false })) === "failed") {
      yield* runSyncFail(session, {
        syncFailTasks: [],
        failed: [namespaceTask],
        message: "the namespace failed to apply",
        input,
      });
      return false;
    }
    toValidate = tasks.filter((task) => task !== namespaceTask);
  }
  if ((yield* runTasks(session, outOfSyncOnly(toValidate, input), { input, dryRun: true })) === "failed") {
    session.setPhase("Failed", "one or more objects failed to apply (dry run)");
    return false;
  }
  return true;
}

function outOfSyncOnly(tasks: readonly SyncTask[], input: SyncInput): readonly SyncTask[] {
  if (!input.settings.applyOutOfSyncOnly) return tasks;
  return tasks.filter((task) => {
    if (isHookTask(task) || !task.target || !task.live) return true;
    return input.observed.isModified?.(resourceKeyText(task)) !== false;
  });
}

/** Health of what was applied in earlier steps becomes its result; prunes have none. */
function updateRunning(session: SyncSession, tasks: readonly SyncTask[], input: SyncInput): void {
  for (const task of tasks) {
    if (!isRunning(task) || !task.live) continue;
    if (isHookTask(task)) {
      const verdict = hookPhase(task, input);
      session.setResult(task, task.status, verdict.phase, verdict.message);
      continue;
    }
    const health = readHealth(task, input);
    if (health === "error") continue;
    if (health === null) session.setResult(task, task.status, "Succeeded", task.message);
    else if (health.status === "Healthy") session.setResult(task, task.status, "Succeeded", health.message ?? "");
    else if (health.status === "Degraded") session.setResult(task, task.status, "Failed", health.message ?? "");
  }
}

function readHealth(task: SyncTask, input: SyncInput) {
  try {
    return task.live ? input.observed.health(task.live) : null;
  } catch {
    return "error" as const;
  }
}

/** With several waves, everything applied is waited for; hooks always are. A missing object fails rather than hangs. */
function* waitForRunning(session: SyncSession, tasks: readonly SyncTask[], input: SyncInput): Stepping<boolean> {
  const first = tasks[0];
  const last = tasks.at(-1);
  const isMultiStep = first && last ? taskWave(first) !== taskWave(last) || first.phase !== last.phase : false;
  const running = tasks.filter((task) => (isMultiStep || isHookTask(task)) && isRunning(task));
  if (running.length === 0) return false;
  for (const task of running) {
    if (task.live || !task.target) continue;
    const reply = yield* session.ask({ op: "get", object: task.target });
    if (!reply.ok && reply.reason !== "not-found") {
      session.setResult(task, task.status, "Error", `Failed to get live resource failed to get resource: ${reply.error}`);
    } else if (!reply.ok || !reply.object) {
      session.setResult(task, "SyncFailed", "Error", `Resource ${displayName(task)} is missing, it might have been deleted`);
    }
  }
  session.setPhase("Running", waitingMessage(running, input, false));
  return true;
}

function* runNextWave(session: SyncSession, all: readonly SyncTask[], input: SyncInput): Stepping<void> {
  const ended = all.filter((task) => isHookTask(task) && task.live !== null && !isRunning(task));
  const deletedOnSuccess = ended.filter((task) => hasDeletePolicy(task, "HookSucceeded"));
  const deletedOnFailure = ended.filter((task) => hasDeletePolicy(task, "HookFailed"));
  const syncFailTasks = all.filter((task) => task.phase === "SyncFail");
  const regular = all.filter((task) => task.phase !== "SyncFail");
  if (regular.some((task) => isCompleted(task) && !isSuccessful(task))) {
    yield* deleteHooks(session, deletedOnFailure, input);
    const message = "one or more synchronization tasks completed unsuccessfully";
    yield* runSyncFail(session, { syncFailTasks, failed: regular.filter(isFailedSync), message, input });
    return;
  }
  const pending = outOfSyncOnly(regular.filter(isPending), input);
  const first = pending[0];
  const last = pending.at(-1);
  if (!first || !last) {
    yield* deleteHooks(session, deletedOnSuccess, input);
    return session.setPhase("Succeeded", "successfully synced (no more tasks)");
  }
  const wave = taskWave(first);
  const current = pending.filter((task) => task.phase === first.phase && taskWave(task) === wave);
  session.setPhase("Running", "one or more tasks are running");
  const outcome = yield* runTasks(session, current, { input, dryRun: false });
  if (outcome !== "failed") {
    const isFinal = first.phase === last.phase && wave === taskWave(last);
    const turn = { kind: "wave-end", phase: first.phase, wave, isFinal, progress: session.progress() } as const;
    const [reply] = yield turn;
    if (reply && !reply.ok) {
      yield* terminateHooks(session, current.filter(isHookTask), input);
      return session.setPhase("Error", `SyncWaveHook failed: ${reply.error}`);
    }
  }
  switch (outcome) {
    case "failed":
      yield* afterFailedWave(session, { current, syncFailTasks, deletedOnFailure, input });
      return;
    case "successful":
      if (current.length === pending.length && !current.some(isHookTask)) {
        // Argo CD: the last wave is not waited for, even if it degrades later.
        yield* deleteHooks(session, deletedOnSuccess, input);
        return session.setPhase("Succeeded", "successfully synced (all tasks run)");
      }
      return session.setPhase("Running", waitingMessage(current, input, false));
    case "pending": {
      const waiting = current.filter((task) => isDeletedBeforeCreation(task) || (isPrune(task) && isPending(task)));
      return session.setPhase("Running", waitingMessage(waiting, input, true));
    }
  }
}

function* afterFailedWave(
  session: SyncSession,
  context: {
    readonly current: readonly SyncTask[];
    readonly syncFailTasks: readonly SyncTask[];
    readonly deletedOnFailure: readonly SyncTask[];
    readonly input: SyncInput;
  },
): Stepping<void> {
  const { current, syncFailTasks, input } = context;
  const failed = current.filter(isFailedSync);
  const runningHooks = current.filter(isRunning);
  const message = "one or more objects failed to apply";
  if (runningHooks.length === 0) {
    const isOver = yield* runSyncFail(session, { syncFailTasks, failed, message, input });
    if (isOver) yield* deleteHooks(session, context.deletedOnFailure, input);
    return;
  }
  let waiting: readonly SyncTask[] = runningHooks;
  if (syncFailTasks.length > 0) {
    const isOver = yield* runSyncFail(session, { syncFailTasks, failed, message, input });
    if (!isOver) waiting = [...runningHooks, ...syncFailTasks];
  }
  session.setPhase("Running", waitingMessage(waiting, input, false));
}
