import type { SyncInput } from "./plan.js";
import { displayName, isHookTask, needsPruneConfirmation, type SyncTask } from "./task.js";

/** "waiting for healthy state of apps/Deployment/web and 2 more resources": what holds a sync, in Argo CD's words. */
export function waitingMessage(
  tasks: readonly SyncTask[],
  input: Pick<SyncInput, "isPruneConfirmed" | "settings">,
  isDeletion: boolean,
): string {
  if (tasks.length === 0) return "";
  const hooks = tasks.filter(isHookTask);
  const types = hooks.length === tasks.length ? "hooks" : "resources";
  let reason = hooks.length === 0 ? "healthy state of" : "completion of hook";
  if (isDeletion) reason = hooks.length === 0 ? "deletion of" : "deletion of hook";
  let first = hooks[0] ?? tasks[0];
  let others = tasks.length - 1;
  if (!input.isPruneConfirmed) {
    const unconfirmed = tasks.filter((task) => needsPruneConfirmation(task, input.settings.pruneOption));
    if (unconfirmed.length > 0) {
      reason = "pruning confirmation of";
      first = unconfirmed[0];
      others = unconfirmed.length - 1;
    }
  }
  const message = `waiting for ${reason} ${first ? displayName(first) : ""}`;
  return others > 0 ? `${message} and ${others} more ${types}` : message;
}
