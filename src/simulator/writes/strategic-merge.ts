import type { ResourceType } from "../api/resource-type.js";
import type { Draft } from "../draft.js";
import { applyMergePatch } from "./merge-patch.js";

/** Strategic merge patch by the resource's patch strategies. */
export function applyStrategicMerge(_type: ResourceType, target: Draft, patch: Draft): Draft {
  return applyMergePatch(target, patch) as Draft;
}
