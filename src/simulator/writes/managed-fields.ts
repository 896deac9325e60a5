import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import type { Cluster } from "../cluster.js";
import type { WriteOptions } from "./options.js";

/** Records in managedFields what a create, update or patch changed. */
export function trackUpdate(
  _cluster: Cluster,
  _type: ResourceType,
  _old: KubernetesObject | undefined,
  object: KubernetesObject,
  _options: WriteOptions,
): KubernetesObject {
  return object;
}
