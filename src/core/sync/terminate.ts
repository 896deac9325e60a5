import { deleteLive, removeHookFinalizer } from "./hook-cleanup.js";
import { hookPhase } from "./hook-phase.js";
import type { SyncInput } from "./plan.js";
import type { Stepping, SyncSession } from "./session.js";
import { hasDeletePolicy, isRunning, type SyncTask } from "./task.js";

/** Ends running hooks before their time: frees them and deletes what still runs. Answers whether all went well. */
export function* terminateHooks(session: SyncSession, hooks: readonly SyncTask[], input: SyncInput): Stepping<boolean> {
  let isClean = true;
  for (const task of hooks) {
    if (isRunning(task) && !(yield* terminateHook(session, task, input))) isClean = false;
  }
  return isClean;
}

function* terminateHook(session: SyncSession, task: SyncTask, input: SyncInput): Stepping<boolean> {
  if (!task.live && task.target) {
    const reply = yield* session.ask({ op: "get", object: task.target });
    if (!reply.ok && reply.reason !== "not-found") {
      session.setResult(task, task.status, "Error", `Failed to get live resource: failed to get resource: ${reply.error}`);
      return false;
    }
    task.live = reply.ok ? (reply.object ?? null) : null;
  }
  if (!task.live) {
    session.setResult(task, task.status, "Succeeded", "Terminated");
    return true;
  }
  const verdict = hookPhase(task, input);
  if (verdict.failed) session.setResult(task, task.status, "Error", `Failed to get hook health: ${verdict.message}`);
  const error = yield* removeHookFinalizer(session, task);
  if (error !== undefined) {
    session.setResult(task, task.status, "Error", `Failed to remove hook finalizer: ${error}`);
    return false;
  }
  if (verdict.failed || verdict.phase === "Running" || hasDeletePolicy(task, "HookFailed")) {
    const deleteError = yield* deleteLive(session, task, input);
    if (deleteError !== undefined) {
      session.setResult(task, task.status, "Failed", `Failed to delete: ${deleteError}`);
      return false;
    }
  }
  if (verdict.failed) return true;
  if (verdict.phase === "Running") session.setResult(task, task.status, "Failed", "Terminated");
  else session.setResult(task, task.status, verdict.phase, verdict.message);
  return true;
}
