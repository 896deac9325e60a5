import type { OperationPhase } from "./operation.js";
import type { SyncInput } from "./plan.js";
import type { SyncTask } from "./task.js";

export interface HookVerdict {
  readonly phase: OperationPhase;
  readonly message: string;
  /** the health check itself broke */
  readonly failed?: boolean;
}

/** Argo CD: Unknown and Degraded fail a hook; Progressing and Suspended let it run on; no health means done. */
export function hookPhase(task: SyncTask, input: SyncInput): HookVerdict {
  if (!task.live) return { phase: "Succeeded", message: "" };
  let health: ReturnType<SyncInput["observed"]["health"]>;
  try {
    health = input.observed.health(task.live);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { phase: "Error", message: `failed to get resource health: ${reason}`, failed: true };
  }
  if (!health) return { phase: "Succeeded", message: `${task.live.metadata.name} created` };
  switch (health.status) {
    case "Unknown":
    case "Degraded":
      return { phase: "Failed", message: health.message ?? "" };
    case "Progressing":
    case "Suspended":
      return { phase: "Running", message: health.message ?? "" };
    case "Healthy":
      return { phase: "Succeeded", message: health.message ?? "" };
    case "Missing":
      return { phase: "Succeeded", message: `${task.live.metadata.name} created` };
  }
}
