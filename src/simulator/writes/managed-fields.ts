import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { type Cluster, now } from "../cluster.js";
import { controllerManager, type WriteOptions } from "./options.js";
import { recordUpdate } from "./ownership.js";

/** What only controllers write is not tracked: nobody applies it, and there is much of it. */
const untracked = new Set([
  "pods.",
  "replicasets.apps",
  "endpoints.",
  "endpointslices.discovery.k8s.io",
  "controllerrevisions.apps",
  "persistentvolumes.",
  "nodes.",
  "events.",
]);

/** Records in managedFields what a create, update or patch changed. */
export function trackUpdate(
  cluster: Cluster,
  type: ResourceType,
  old: KubernetesObject | undefined,
  object: KubernetesObject,
  options: WriteOptions,
): KubernetesObject {
  if (options.fieldManager === controllerManager && untracked.has(type.storage)) return object;
  const subresource = options.subresource === "finalize" ? "" : options.subresource;
  return recordUpdate(type, old, object, { name: options.fieldManager, subresource, time: now(cluster) });
}
