import type { KubernetesObject } from "../../manifest/object.js";
import { equalValues, type ValueObject } from "../../manifest/value.js";
import type { ApplicationSet } from "../model/application-set.js";
import { ownedBy } from "./ownership.js";
import { resourcesStatus } from "./resources-status.js";

/**
 * The set's status once its Applications' sync and health are brought up to date in it; undefined where they are. Nothing is generated: for when
 * nothing but how Applications stand has changed since the last reconcile. `max`: how many are listed, 0 for all.
 */
export function standingStatus(
  set: Pick<ApplicationSet, "metadata" | "status">,
  existing: readonly KubernetesObject[],
  max: number,
): ValueObject | undefined {
  const { resources, resourcesCount } = resourcesStatus(ownedBy(set, existing), max);
  const next: Record<string, ValueObject[string]> = { ...set.status, resources, resourcesCount };
  if (resourcesCount === 0) delete next["resources"];
  return equalValues(set.status, next) ? undefined : next;
}
