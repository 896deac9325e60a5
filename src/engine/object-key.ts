import type { KubernetesObject } from "../core/manifest/object.js";
import { secretTypeLabel } from "./control-plane.js";

/** `NAMESPACE/NAME`: how queues and books name an Application or an ApplicationSet. */
export function keyOfObject(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

/** Whether a Secret makes a cluster a destination. */
export function isClusterSecret(object: KubernetesObject): boolean {
  return object.metadata.labels?.[secretTypeLabel] === "cluster";
}
