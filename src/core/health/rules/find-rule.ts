import type { HealthCheck } from "../health.js";

/** The check of a well-known operator's kind, by `group/Kind`. */
export function findKindRule(_key: string): HealthCheck | undefined {
  return undefined;
}
