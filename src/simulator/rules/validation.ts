import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import type { FieldCause } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import type { Draft } from "../draft.js";
import { validateMetadata } from "./validate-metadata.js";

/** All that is wrong with a new object. */
export function validateCreate(_cluster: Cluster, type: ResourceType, draft: Draft): readonly FieldCause[] {
  return [...validateMetadata(type, draft)];
}

/** All that is wrong with a changed object. */
export function validateUpdate(
  _cluster: Cluster,
  type: ResourceType,
  draft: Draft,
  _old: KubernetesObject,
  _subresource: string,
): readonly FieldCause[] {
  return [...validateMetadata(type, draft)];
}
