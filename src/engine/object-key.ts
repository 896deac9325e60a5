import type { KubernetesObject } from "../core/manifest/object.js";
import type { Informer } from "./informer.js";

/** `NAMESPACE/NAME`: how informers, queues and books name an object of one kind. */
export function keyOfObject({ metadata }: Pick<KubernetesObject, "metadata">): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The object that a key names. */
export function objectOfKey(objects: Pick<Informer, "get">, key: string): KubernetesObject | undefined {
  const slash = key.indexOf("/");
  return objects.get(key.slice(0, slash), key.slice(slash + 1));
}
