import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";

/** The object as `type`'s version shows it. Custom resources have strategy None: only apiVersion changes. */
export function convertObject(object: KubernetesObject, type: ResourceType): KubernetesObject {
  if (object.apiVersion === type.apiVersion) return object;
  return { ...object, apiVersion: type.apiVersion, kind: type.kind };
}
