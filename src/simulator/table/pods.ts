import type { KubernetesObject } from "../../core/manifest/object.js";
import { count, type Draft, part, parts, text } from "../draft.js";
import { specOf, statusOf } from "../workloads/context.js";
import { age } from "./age.js";
import { ageOf, columns, type Printer } from "./column.js";

/** kubectl's columns for pods. */
export const podPrinter: Printer = {
  columns: columns("Name", "Ready", "Status", "Restarts", "Age", "IP+", "Node+", "Nominated Node+", "Readiness Gates+"),
  cells: (pod, nowMs) => {
    const statuses = parts(statusOf(pod), "containerStatuses");
    const ready = statuses.filter((status) => status["ready"] === true).length;
    const restarts = statuses.reduce((sum, status) => sum + count(status, "restartCount"), 0);
    return [
      pod.metadata.name,
      `${ready}/${parts(specOf(pod), "containers").length}`,
      reasonOf(pod, statuses),
      restartsText(restarts, statuses, nowMs),
      ageOf(pod, nowMs),
      text(statusOf(pod), "podIP") || "<none>",
      text(specOf(pod), "nodeName") || "<none>",
      text(statusOf(pod), "nominatedNodeName") || "<none>",
      "<none>",
    ];
  },
};

function reasonOf(pod: KubernetesObject, statuses: readonly Draft[]): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "Terminating";
  let reason = text(statusOf(pod), "reason") || text(statusOf(pod), "phase");
  for (const status of statuses) {
    const state = part(status, "state");
    const inner = text(part(state, "waiting"), "reason") || text(part(state, "terminated"), "reason");
    if (inner !== "") reason = inner;
  }
  if (reason === "Pending" && text(specOf(pod), "nodeName") !== "") return "ContainerCreating";
  return reason;
}

function restartsText(restarts: number, statuses: readonly Draft[], nowMs: number): string {
  const last = statuses
    .map((status) => text(part(part(status, "lastState"), "terminated"), "finishedAt"))
    .filter((at) => at !== "")
    .sort()
    .at(-1);
  return restarts > 0 && last !== undefined ? `${restarts} (${age(last, nowMs)} ago)` : String(restarts);
}
