import { type Cluster, keyOf } from "../cluster.js";
import { type Draft, draftOf, ensure, finished, part, texts } from "../draft.js";
import { type StoreEvent, storeKey } from "../store/store.js";
import { createObject } from "../writes/create.js";
import { deleteObject, plainDelete } from "../writes/delete.js";
import { internalWrite } from "../writes/options.js";
import type { Controller } from "./loop.js";

/** Gives each namespace its service account and root certificate; empties and removes those that are deleted. */
export function namespaceController(cluster: Cluster): Controller {
  return {
    name: "namespace",
    keysOf: (event) => keysOf(cluster, event),
    reconcile(name) {
      const entry = cluster.store.get("namespaces.", storeKey("", name));
      if (!entry) return undefined;
      if (entry.object.metadata.deletionTimestamp === undefined) {
        furnish(cluster, name);
        return undefined;
      }
      if (!empty(cluster, name)) return 200;
      finalize(cluster, draftOf(entry.object));
      return undefined;
    },
  };
}

function keysOf(cluster: Cluster, event: StoreEvent): readonly string[] {
  if (event.storage === "namespaces.") return [event.entry.object.metadata.name];
  if (event.kind !== "DELETED") return [];
  const { namespace } = event.entry.object.metadata;
  if (namespace === undefined) return [];
  const owner = cluster.store.get("namespaces.", storeKey("", namespace));
  const isFurniture = event.storage === "serviceaccounts." || event.storage === "configmaps.";
  return owner && (isFurniture || owner.object.metadata.deletionTimestamp !== undefined) ? [namespace] : [];
}

function furnish(cluster: Cluster, namespace: string): void {
  const accounts = cluster.registry.find("", "v1", "serviceaccounts")!;
  const maps = cluster.registry.find("", "v1", "configmaps")!;
  if (!cluster.store.get(accounts.storage, storeKey(namespace, "default"))) {
    createObject(
      cluster,
      accounts,
      namespace,
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } },
      internalWrite(),
    );
  }
  if (!cluster.store.get(maps.storage, storeKey(namespace, "kube-root-ca.crt"))) {
    const body = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "kube-root-ca.crt",
        annotations: {
          "kubernetes.io/description":
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
        },
      },
      data: { "ca.crt": "" },
    };
    createObject(cluster, maps, namespace, body, internalWrite());
  }
}

/** Deletes what is left; true when nothing is. */
function empty(cluster: Cluster, namespace: string): boolean {
  let isEmpty = true;
  for (const type of cluster.registry.storages()) {
    if (!type.namespaced) continue;
    for (const { object } of cluster.store.list(type.storage, namespace)) {
      if (object.metadata.deletionTimestamp === undefined) {
        deleteObject(cluster, type, namespace, object.metadata.name, { ...plainDelete, propagation: "Background" });
      }
      if (cluster.store.get(type.storage, storeKey(namespace, object.metadata.name))) isEmpty = false;
    }
  }
  return isEmpty;
}

function finalize(cluster: Cluster, draft: Draft): void {
  const spec = ensure(draft, "spec");
  const left = texts(spec, "finalizers").filter((finalizer) => finalizer !== "kubernetes");
  if (left.length > 0) spec["finalizers"] = left;
  else delete spec["finalizers"];
  const object = finished(draft);
  const isFree = left.length === 0 && texts(part(draft, "metadata"), "finalizers").length === 0;
  if (isFree) cluster.store.remove("namespaces.", keyOf(object), object);
  else if (left.length !== texts(part(draft, "spec"), "finalizers").length)
    cluster.store.put("namespaces.", keyOf(object), object);
}
