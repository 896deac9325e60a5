import type { KubernetesObject, OwnerReference } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { type Cluster, keyOf } from "../cluster.js";
import { draftOf, ensure, finished, texts } from "../draft.js";
import type { StoreEvent } from "../store/store.js";
import { deleteObject, plainDelete } from "../writes/delete.js";
import type { Controller } from "./loop.js";

interface Place {
  readonly storage: string;
  readonly key: string;
}

/**
 * Kubernetes' garbage collector: objects whose owners are all gone are deleted; a foreground deletion waits for its blocking dependents, an orphaning one
 * frees them. Keys are the uids of owners.
 */
export function garbageCollector(cluster: Cluster): Controller {
  const graph = new OwnerGraph();
  return {
    name: "garbage-collector",
    keysOf: (event) => graph.note(event),
    reconcile(uid) {
      const place = graph.place(uid);
      const owner = place && cluster.store.get(place.storage, place.key)?.object;
      if (!owner || owner.metadata.uid !== uid) collectDependents(cluster, graph, uid);
      else if (owner.metadata.finalizers?.includes("orphan")) orphanDependents(cluster, graph, owner, place);
      else if (owner.metadata.finalizers?.includes("foregroundDeletion")) deleteInForeground(cluster, graph, owner, place);
      return undefined;
    },
  };
}

/** Who owns what, by uid. */
class OwnerGraph {
  private readonly places = new Map<string, Place>();
  private readonly dependents = new Map<string, Map<string, Place>>();

  note(event: StoreEvent): readonly string[] {
    const { object } = event.entry;
    const uid = object.metadata.uid;
    const before = event.previous?.object.metadata.ownerReferences ?? [];
    const after = event.kind === "DELETED" ? [] : (object.metadata.ownerReferences ?? []);
    const id = `${event.storage} ${event.key}`;
    const touched: string[] = [];
    for (const owner of before) if (!after.some((other) => other.uid === owner.uid)) this.dependents.get(owner.uid)?.delete(id);
    for (const owner of after) {
      let set = this.dependents.get(owner.uid);
      if (!set) this.dependents.set(owner.uid, (set = new Map()));
      set.set(id, { storage: event.storage, key: event.key });
    }
    if (event.kind === "ADDED") for (const owner of after) if (!this.places.has(owner.uid)) touched.push(owner.uid);
    if (event.kind !== "ADDED") for (const owner of before) touched.push(owner.uid);
    if (uid !== undefined) this.noteObject(event, uid, touched);
    return touched;
  }

  private noteObject(event: StoreEvent, uid: string, touched: string[]): void {
    if (event.kind === "DELETED") {
      this.places.delete(uid);
      if (this.dependents.has(uid)) touched.push(uid);
      return;
    }
    this.places.set(uid, { storage: event.storage, key: event.key });
    if (event.entry.object.metadata.deletionTimestamp !== undefined) touched.push(uid);
  }

  place(uid: string): Place | undefined {
    return this.places.get(uid);
  }

  dependentsOf(uid: string): readonly Place[] {
    return [...(this.dependents.get(uid)?.values() ?? [])];
  }

  isKnown(uid: string): boolean {
    return this.places.has(uid);
  }

  forget(uid: string): void {
    if (this.dependents.get(uid)?.size === 0) this.dependents.delete(uid);
  }
}

function typeAt(cluster: Cluster, storage: string): ResourceType | undefined {
  return cluster.registry.storages().find((type) => type.storage === storage);
}

function liveDependents(
  cluster: Cluster,
  graph: OwnerGraph,
  uid: string,
): readonly { readonly object: KubernetesObject; readonly place: Place }[] {
  const found = [];
  for (const place of graph.dependentsOf(uid)) {
    const object = cluster.store.get(place.storage, place.key)?.object;
    if (object) found.push({ object, place });
  }
  return found;
}

/** The owner is gone: dependents without another living owner go too, the others lose the reference. */
function collectDependents(cluster: Cluster, graph: OwnerGraph, uid: string): void {
  for (const { object, place } of liveDependents(cluster, graph, uid)) {
    const others = (object.metadata.ownerReferences ?? []).filter((owner) => graph.isKnown(owner.uid));
    if (others.length > 0) dropOwner(cluster, object, place, uid);
    else remove(cluster, object, place, "Background");
  }
  graph.forget(uid);
}

function orphanDependents(cluster: Cluster, graph: OwnerGraph, owner: KubernetesObject, place: Place): void {
  for (const dependent of liveDependents(cluster, graph, owner.metadata.uid!))
    dropOwner(cluster, dependent.object, dependent.place, owner.metadata.uid!);
  dropFinalizer(cluster, owner, place, "orphan");
}

function deleteInForeground(cluster: Cluster, graph: OwnerGraph, owner: KubernetesObject, place: Place): void {
  const uid = owner.metadata.uid!;
  let isBlocked = false;
  for (const dependent of liveDependents(cluster, graph, uid)) {
    const reference = dependent.object.metadata.ownerReferences?.find((item) => item.uid === uid);
    if (dependent.object.metadata.deletionTimestamp === undefined)
      remove(cluster, dependent.object, dependent.place, "Foreground");
    if (reference?.blockOwnerDeletion === true && cluster.store.get(dependent.place.storage, dependent.place.key))
      isBlocked = true;
  }
  if (!isBlocked) dropFinalizer(cluster, owner, place, "foregroundDeletion");
}

function remove(cluster: Cluster, object: KubernetesObject, place: Place, propagation: "Background" | "Foreground"): void {
  const type = typeAt(cluster, place.storage);
  if (!type || object.metadata.deletionTimestamp !== undefined) return;
  deleteObject(cluster, type, object.metadata.namespace ?? "", object.metadata.name, {
    ...plainDelete,
    uid: object.metadata.uid,
    // A dependent's own finalizers are kept; only with dependents of its own does it wait for them.
    propagation: propagation === "Foreground" ? "Foreground" : undefined,
  });
}

function dropOwner(cluster: Cluster, object: KubernetesObject, place: Place, uid: string): void {
  const draft = draftOf(object);
  const left = (object.metadata.ownerReferences ?? []).filter((owner: OwnerReference) => owner.uid !== uid);
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
  if (left.length === 0 && object.metadata.deletionTimestamp !== undefined)
    cluster.store.remove(place.storage, keyOf(object), object);
  else cluster.store.put(place.storage, place.key, object);
}
