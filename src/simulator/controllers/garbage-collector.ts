import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { type Cluster, keyOf } from "../cluster.js";
import { draftOf, ensure, finished, texts } from "../draft.js";
import type { Place } from "../store/owner-index.js";
import type { StoreEvent } from "../store/store.js";
import { deleteObject, plainDelete } from "../writes/delete.js";
import type { Controller } from "./loop.js";

/**
 * Kubernetes' garbage collector: objects whose owners are all gone are deleted; a foreground deletion waits for its blocking dependents, an orphaning one
 * frees them. Keys are the uids of owners.
 */
export function garbageCollector(cluster: Cluster): Controller {
  return {
    name: "garbage-collector",
    keysOf: (event) => touchedOwners(cluster, event),
    reconcile(uid) {
      const place = cluster.owners.place(uid);
      const owner = place && cluster.store.get(place.storage, place.key)?.object;
      if (!owner) collectDependents(cluster, uid);
      else if (owner.metadata.deletionTimestamp === undefined) return undefined;
      else if (owner.metadata.finalizers?.includes("orphan")) orphanDependents(cluster, owner, place);
      else if (owner.metadata.finalizers?.includes("foregroundDeletion")) deleteInForeground(cluster, owner, place);
      return undefined;
    },
  };
}

/** Owners whose own end, or whose dependents' end, may now have a consequence. */
function touchedOwners(cluster: Cluster, event: StoreEvent): readonly string[] {
  const { metadata } = event.entry.object;
  const uid = metadata.uid ?? "";
  const owners = metadata.ownerReferences ?? [];
  if (event.kind === "ADDED")
    return owners.filter((owner) => cluster.owners.place(owner.uid) === undefined).map((owner) => owner.uid);
  if (event.kind === "DELETED") return [uid, ...owners.map((owner) => owner.uid)];
  return metadata.deletionTimestamp === undefined ? [] : [uid];
}

function typeAt(cluster: Cluster, storage: string): ResourceType | undefined {
  return cluster.registry.ofStorage(storage);
}

function liveDependents(cluster: Cluster, uid: string): readonly { readonly object: KubernetesObject; readonly place: Place }[] {
  const found = [];
  for (const place of cluster.owners.dependentsOf(uid)) {
    const object = cluster.store.get(place.storage, place.key)?.object;
    if (object) found.push({ object, place });
  }
  return found;
}

/** The owner is gone: dependents without another living owner go too, the others lose the reference. */
function collectDependents(cluster: Cluster, uid: string): void {
  for (const { object, place } of liveDependents(cluster, uid)) {
    const isOwned = (object.metadata.ownerReferences ?? []).some((owner) => cluster.owners.place(owner.uid) !== undefined);
    if (isOwned) dropOwner(cluster, object, place, uid);
    else remove(cluster, object, place, undefined);
  }
}

function orphanDependents(cluster: Cluster, owner: KubernetesObject, place: Place): void {
  const uid = owner.metadata.uid ?? "";
  for (const dependent of liveDependents(cluster, uid)) dropOwner(cluster, dependent.object, dependent.place, uid);
  dropFinalizer(cluster, owner, place, "orphan");
}

function deleteInForeground(cluster: Cluster, owner: KubernetesObject, place: Place): void {
  const uid = owner.metadata.uid ?? "";
  let isBlocked = false;
  for (const dependent of liveDependents(cluster, uid)) {
    const reference = dependent.object.metadata.ownerReferences?.find((item) => item.uid === uid);
    remove(cluster, dependent.object, dependent.place, "Foreground");
    if (reference?.blockOwnerDeletion === true && cluster.store.get(dependent.place.storage, dependent.place.key))
      isBlocked = true;
  }
  if (!isBlocked) dropFinalizer(cluster, owner, place, "foregroundDeletion");
}

function remove(cluster: Cluster, object: KubernetesObject, place: Place, propagation: "Foreground" | undefined): void {
  const type = typeAt(cluster, place.storage);
  if (!type || object.metadata.deletionTimestamp !== undefined) return;
  const { namespace = "", name, uid } = object.metadata;
  deleteObject(cluster, type, namespace, name, { ...plainDelete, uid, propagation });
}

function dropOwner(cluster: Cluster, object: KubernetesObject, place: Place, uid: string): void {
  const draft = draftOf(object);
  const left = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
  if (left.length > 0) ensure(draft, "metadata")["ownerReferences"] = left;
  else delete ensure(draft, "metadata")["ownerReferences"];
  cluster.store.put(place.storage, place.key, finished(draft));
}

function dropFinalizer(cluster: Cluster, owner: KubernetesObject, place: Place, finalizer: string): void {
  const draft = draftOf(owner);
  const metadata = ensure(draft, "metadata");
  const left = texts(metadata, "finalizers").filter((item) => item !== finalizer);
  if (left.length > 0) metadata["finalizers"] = left;
  else delete metadata["finalizers"];
  const object = finished(draft);
  if (left.length === 0) cluster.store.remove(place.storage, keyOf(object), object);
  else cluster.store.put(place.storage, place.key, object);
}
