import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import type { FieldCause } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { validateCustom } from "../crd/validate.js";
import type { Draft } from "../draft.js";
import { immutabilityRules } from "./immutability.js";
import { kindRules } from "./kind-rules.js";
import { validateRequired } from "./required.js";
import { validateMetadata } from "./validate-metadata.js";

/** All that is wrong with a new object. */
export function validateCreate(_cluster: Cluster, type: ResourceType, draft: Draft): readonly FieldCause[] {
  return [...validateMetadata(type, draft), ...validateContent(type, draft)];
}

/** All that is wrong with a changed object. */
export function validateUpdate(
  _cluster: Cluster,
  type: ResourceType,
  draft: Draft,
  old: KubernetesObject,
  subresource: string,
): readonly FieldCause[] {
  if (subresource === "status") return type.custom ? validateCustom(type, draft) : [];
  const immutable = immutabilityRules[type.storage]?.(draft, old as unknown as Draft) ?? [];
  return [...validateMetadata(type, draft), ...validateContent(type, draft), ...immutable];
}

function validateContent(type: ResourceType, draft: Draft): readonly FieldCause[] {
  if (type.custom) return validateCustom(type, draft);
  return [...validateRequired(type, draft), ...(kindRules[type.storage]?.(draft) ?? [])];
}
