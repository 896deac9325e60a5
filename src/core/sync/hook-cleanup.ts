import { hasHookFinalizer, withoutHookFinalizer } from "./hooks.js";
import type { SyncInput } from "./plan.js";
import type { Stepping, SyncSession } from "./session.js";
import type { SyncTask } from "./task.js";

const conflictAttempts = 5;

/** Frees completed hooks from their finalizer. */
export function* finishHooks(session: SyncSession, tasks: readonly SyncTask[]): Stepping<void> {
  for (const task of tasks) {
    const error = yield* removeHookFinalizer(session, task);
    if (error !== undefined) session.setResult(task, task.status, "Error", `Failed to remove hook finalizer: ${error}`);
  }
}

/** Takes the finalizer off the live hook; a conflict is tried again on a fresh object, a hook that is gone is fine. */
export function* removeHookFinalizer(session: SyncSession, task: SyncTask): Stepping<string | undefined> {
  let error: string | undefined;
  // A hook of two phases is one object: what freed it for the one has freed it for the other.
  if (task.live) task.live = session.freed.get(task.live) ?? task.live;
  const before = task.live;
  for (let attempt = 0; attempt < conflictAttempts; attempt++) {
    if (!task.live || !hasHookFinalizer(task.live)) return undefined;
    const freed = withoutHookFinalizer(task.live);
    const reply = yield* session.ask({ op: "updateFinalizers", live: freed });
    if (reply.ok) {
      task.live = reply.object ?? freed;
      if (before) session.freed.set(before, task.live);
      return undefined;
    }
    if (reply.reason === "not-found") return undefined;
    error = `failed to update resource: ${reply.error}`;
    if (reply.reason !== "conflict") return error;
    const fresh = yield* session.ask({ op: "get", object: task.live });
    if (!fresh.ok) return fresh.reason === "not-found" ? undefined : `failed to get resource: ${fresh.error}`;
    task.live = fresh.object ?? null;
  }
  return error;
}

export function* deleteHooks(session: SyncSession, tasks: readonly SyncTask[], input: SyncInput): Stepping<void> {
  for (const task of tasks) {
    const error = yield* deleteLive(session, task, input);
    if (error !== undefined) session.setResult(task, task.status, "Error", `failed to delete resource: ${error}`);
  }
}

/** Deletes the live object; undefined = done or already gone. */
export function* deleteLive(session: SyncSession, task: SyncTask, input: SyncInput): Stepping<string | undefined> {
  if (!task.live) return undefined;
  const { propagationPolicy } = input.settings;
  const reply = yield* session.ask({ op: "delete", live: task.live, propagationPolicy });
  if (reply.ok || reply.reason === "not-found") return undefined;
  return `failed to delete resource: ${reply.error}`;
}
