import type { KubernetesObject } from "../../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";

/** The parts of an Application's status that the demo asks about. */
export interface ApplicationState {
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  readonly operation: string;
  /** Commit that git wants now. */
  readonly revision: string;
  /** Commit of the last sync that ran. */
  readonly syncedRevision: string;
  readonly isAutomated: boolean;
}

export function stateOf(application: KubernetesObject): ApplicationState {
  const value = application as unknown as ValueObject;
  const status = objectAt(value, "status");
  const operation = objectAt(status, "operationState");
  const automated = objectAt(objectAt(value, "spec"), "syncPolicy")["automated"];
  return {
    name: application.metadata.name,
    sync: stringAt(objectAt(status, "sync"), "status"),
    health: stringAt(objectAt(status, "health"), "status"),
    operation: stringAt(operation, "phase"),
    revision: stringAt(objectAt(status, "sync"), "revision"),
    syncedRevision: stringAt(objectAt(operation, "syncResult"), "revision"),
    isAutomated: automated !== undefined && automated !== null,
  };
}

export function isSettled(application: KubernetesObject): boolean {
  const state = stateOf(application);
  return state.sync === "Synced" && state.health === "Healthy" && state.operation !== "Running";
}

/** How the Applications of a predicate stand, for an error message: the unsettled ones with their state and first condition. */
export function describeUnsettled(applications: Iterable<KubernetesObject>): string {
  const lines: string[] = [];
  for (const application of applications) {
    if (isSettled(application)) continue;
    const { name, sync, health, operation } = stateOf(application);
    const status = objectAt(application as unknown as ValueObject, "status");
    const condition = Array.isArray(status["conditions"]) ? stringAt(status["conditions"][0] as ValueObject, "message") : "";
    const message = condition || stringAt(objectAt(status, "operationState"), "message");
    lines.push(
      `${name}: ${sync || "no sync status"}, ${health || "no health"}${operation ? `, sync ${operation}` : ""}${message ? `: ${message}` : ""}`,
    );
  }
  const shown = lines.slice(0, 10).map((line) => `  ${line}\n`);
  return `${shown.join("")}${lines.length > 10 ? `  … and ${lines.length - 10} more\n` : ""}`;
}
