import type { KubernetesObject } from "../core/manifest/object.js";
import { splitApiVersion } from "../core/manifest/object.js";
import type { ResourceType } from "./api/resource-type.js";
import { pathNotFound } from "./api/status-error.js";
import type { Cluster } from "./cluster.js";
import { type Draft, draftOf } from "./draft.js";
import { storeKey } from "./store/store.js";
import { createObject } from "./writes/create.js";
import { type DeleteOptions, deleteObject, plainDelete } from "./writes/delete.js";
import { internalWrite } from "./writes/options.js";
import { updateObject } from "./writes/update.js";

/** The cluster without HTTP: the same rules, called directly. */
export interface Client {
  get(apiVersion: string, kind: string, namespace: string, name: string): KubernetesObject | undefined;
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[];
  create(object: KubernetesObject): KubernetesObject;
  update(object: KubernetesObject, subresource?: string): KubernetesObject;
  delete(object: KubernetesObject, options?: Partial<DeleteOptions>): void;
}

export function makeClient(cluster: Cluster): Client {
  const typeOf = (apiVersion: string, kind: string): ResourceType => {
    const { group, version } = splitApiVersion(apiVersion);
    const type = cluster.registry.findKind(group, version, kind);
    if (!type) throw pathNotFound();
    return type;
  };
  return {
    get(apiVersion, kind, namespace, name) {
      const type = typeOf(apiVersion, kind);
      return cluster.store.get(type.storage, storeKey(type.namespaced ? namespace : "", name))?.object;
    },
    list(apiVersion, kind, namespace) {
      const type = typeOf(apiVersion, kind);
      return cluster.store.list(type.storage, namespace).map((entry) => entry.object);
    },
    create(object) {
      const type = typeOf(object.apiVersion, object.kind);
      return createObject(cluster, type, object.metadata.namespace ?? "", draftOf(object), internalWrite()).object;
    },
    update(object, subresource = "") {
      const type = typeOf(object.apiVersion, object.kind);
      const { name, namespace = "" } = object.metadata;
      return updateObject(cluster, { type, namespace, name }, draftOf(object) as Draft, internalWrite(subresource)).object;
    },
    delete(object, options = {}) {
      const type = typeOf(object.apiVersion, object.kind);
      deleteObject(cluster, type, object.metadata.namespace ?? "", object.metadata.name, { ...plainDelete, ...options });
    },
  };
}
