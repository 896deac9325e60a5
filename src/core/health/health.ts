import type { KubernetesObject } from "../manifest/object.js";

/** "" is what a user's script gives when it returns no status. */
export type HealthStatus = "Healthy" | "Suspended" | "Progressing" | "Missing" | "Degraded" | "Unknown" | "";

export interface Health {
  readonly status: HealthStatus;
  readonly message: string;
}

/** Judges a live object; throws InputError when the object is not of the kind's shape. Undefined: no opinion. */
export type HealthCheck = (object: KubernetesObject) => Health | undefined;

/** From best to worst (Argo CD). */
const order: readonly HealthStatus[] = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"];

/** Whether `found` is worse than `current`; a status that is not in the order counts as Healthy (Argo CD). */
export function isWorse(current: HealthStatus, found: HealthStatus): boolean {
  return rank(found) > rank(current);
}

export function isHealthStatus(text: unknown): text is HealthStatus {
  return text !== "" && order.includes(text as HealthStatus);
}

export function health(status: HealthStatus, message = ""): Health {
  return { status, message };
}

function rank(status: HealthStatus): number {
  return Math.max(0, order.indexOf(status));
}
