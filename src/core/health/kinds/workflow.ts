import { asValue } from "../../manifest/object.js";
import { objectAt, stringAt } from "../../manifest/value.js";
import { type HealthCheck, type HealthStatus, health } from "../health.js";

const byPhase: ReadonlyMap<string, HealthStatus> = new Map([
  ["", "Progressing"],
  ["Pending", "Progressing"],
  ["Running", "Progressing"],
  ["Succeeded", "Healthy"],
  ["Failed", "Degraded"],
  ["Error", "Degraded"],
]);

/** Argo Workflows' Workflow. */
export const workflowHealth: HealthCheck = (object) => {
  const status = objectAt(asValue(object), "status");
  return health(byPhase.get(stringAt(status, "phase")) ?? "Unknown", stringAt(status, "message"));
};
