import type { SyncInput } from "./plan.js";
import { runTasks } from "./run-tasks.js";
import type { Stepping, SyncSession } from "./session.js";
import { isCompleted, isFailedSync, isRunning, type SyncTask } from "./task.js";
import { waitingMessage } from "./waiting.js";

/** Ends a failed sync, after its SyncFail hooks have run; answers whether it is over. */
export function* runSyncFail(
  session: SyncSession,
  failure: {
    readonly syncFailTasks: readonly SyncTask[];
    readonly failed: readonly SyncTask[];
    readonly message: string;
    readonly input: SyncInput;
  },
): Stepping<boolean> {
  const { syncFailTasks, input } = failure;
  const message = withReasons(failure.message, failure.failed);
  if (syncFailTasks.every(isCompleted)) {
    const failedHooks = syncFailTasks.filter(isFailedSync);
    const hooksMessage = withReasons("one or more SyncFail hooks failed", failedHooks);
    session.setPhase("Failed", failedHooks.length > 0 ? `${message}\n${hooksMessage}` : message);
    return true;
  }
  const waiting = syncFailTasks.filter((task) => !isCompleted(task) && !isRunning(task));
  yield* runTasks(session, waiting, { input, dryRun: false });
  session.setPhase("Running", waitingMessage(waiting, input, false));
  return false;
}

function withReasons(message: string, tasks: readonly SyncTask[]): string {
  const reasons = [...new Set(tasks.map((task) => task.message))];
  return reasons.length > 0 ? `${message}, reason: ${reasons.join(",")}` : message;
}
