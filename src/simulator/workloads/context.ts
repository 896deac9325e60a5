import type { KubernetesObject } from "../../core/manifest/object.js";
import { equalValues } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import { type Cluster, keyOf, now } from "../cluster.js";
import type { Controller } from "../controllers/loop.js";
import { type Draft, isDraft, part, parts, text } from "../draft.js";
import type { StoreEvent } from "../store/store.js";
import { createObject } from "../writes/create.js";
import { deleteObject, plainDelete } from "../writes/delete.js";
import { trackUpdate } from "../writes/managed-fields.js";
import { controllerManager, internalWrite } from "../writes/options.js";

export interface WorkloadOptions {
  readonly speed: number;
  readonly pods: boolean;
}

/** What the workload controllers work with. */
export interface Workloads {
  readonly cluster: Cluster;
  readonly options: WorkloadOptions;
  readonly waits: Waits;
}

/** A workload's controller is made from the shared context. */
export type WorkloadController = (workloads: Workloads) => Controller;

/** Running waits in simulated time, by a name of the caller's. */
export class Waits {
  private readonly ends = new Map<string, { readonly marker: string; readonly at: number }>();
  private readonly cluster: Cluster;
  private readonly speed: number;

  constructor(cluster: Cluster, speed: number) {
    this.cluster = cluster;
    this.speed = speed;
  }

  /** Simulated milliseconds that are left of a wait; the first call begins it, another `marker` begins it anew; 0 when it is over. */
  left(name: string, simulatedMs: number, marker = ""): number {
    const nowMs = this.cluster.clock.monotonic();
    let end = this.ends.get(name);
    if (end?.marker !== marker) this.ends.set(name, (end = { marker, at: nowMs + simulatedMs / this.speed }));
    return this.speed === Number.POSITIVE_INFINITY || end.at <= nowMs ? 0 : Math.max(1, (end.at - nowMs) * this.speed);
  }

  forget(name: string): void {
    this.ends.delete(name);
  }
}

/** The keys of events on the storage itself, or on objects that one of its objects controls. */
export function keysOfOwners(event: StoreEvent, storage: string, kind: string): readonly string[] {
  if (event.storage === storage) return [event.key];
  const owner = event.entry.object.metadata.ownerReferences?.find((item) => item.kind === kind && item.controller === true);
  return owner ? [`${event.entry.object.metadata.namespace ?? ""}/${owner.name}`] : [];
}

/** The objects in `storage` that `owner` controls. */
export function controlledBy(cluster: Cluster, owner: KubernetesObject, storage: string): readonly KubernetesObject[] {
  const found: KubernetesObject[] = [];
  for (const place of cluster.owners.dependentsOf(owner.metadata.uid ?? "")) {
    if (place.storage !== storage) continue;
    const object = cluster.store.get(place.storage, place.key)?.object;
    if (object?.metadata.ownerReferences?.some((item) => item.uid === owner.metadata.uid && item.controller === true))
      found.push(object);
  }
  return found;
}

export function controllerReference(owner: KubernetesObject): Draft {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Writes `status` when it differs from the stored one. */
export function writeStatus(cluster: Cluster, storage: string, object: KubernetesObject, status: Draft): void {
  if (equalValues(object["status"], status)) return;
  const type = cluster.registry.ofStorage(storage);
  if (!type) return;
  const next = { ...object, status } as KubernetesObject;
  // Other values in the same fields leave the owners as they are.
  const isTracked = ownsStatus(object) && hasSameFields(object["status"], status);
  cluster.store.put(storage, keyOf(object), isTracked ? next : trackUpdate(cluster, type, object, next, internalWrite("status")));
}

function ownsStatus(object: KubernetesObject): boolean {
  return (object.metadata.managedFields ?? []).some(
    (entry) => entry["manager"] === controllerManager && entry["subresource"] === "status",
  );
}

function hasSameFields(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => hasSameFields(item, b[index]) && item?.type === b[index]?.type);
  if (!isDraft(a) || !isDraft(b)) return isDraft(a) === isDraft(b) && Array.isArray(a) === Array.isArray(b);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && hasSameFields(a[key], b[key]));
}

/** Writes a changed object without the rules for clients; conflicts cannot occur, as nothing happens in between. */
export function writeObject(cluster: Cluster, storage: string, old: KubernetesObject, next: KubernetesObject): void {
  const type = cluster.registry.ofStorage(storage);
  if (!type || equalValues(old, next)) return;
  cluster.store.put(storage, keyOf(next), trackUpdate(cluster, type, old, next, internalWrite()));
}

export function create(cluster: Cluster, storage: string, namespace: string, object: Draft): KubernetesObject | undefined {
  const type = cluster.registry.ofStorage(storage);
  return type && createObject(cluster, type, namespace, object, internalWrite()).object;
}

export function remove(cluster: Cluster, storage: string, object: KubernetesObject): void {
  const type: ResourceType | undefined = cluster.registry.ofStorage(storage);
  if (!type || object.metadata.deletionTimestamp !== undefined) return;
  deleteObject(cluster, type, object.metadata.namespace ?? "", object.metadata.name, plainDelete);
}

export function specOf(object: KubernetesObject): Draft {
  return part(object as unknown as Draft, "spec") ?? {};
}

export function statusOf(object: KubernetesObject): Draft {
  return part(object as unknown as Draft, "status") ?? {};
}

/** The conditions with one set: its times move only when its status does. */
export function withCondition(
  cluster: Cluster,
  conditions: readonly Draft[],
  condition: {
    readonly type: string;
    readonly status: "True" | "False" | "Unknown";
    readonly reason: string;
    readonly message: string;
  },
  times: readonly ("lastUpdateTime" | "lastTransitionTime" | "lastProbeTime")[] = ["lastTransitionTime"],
): Draft[] {
  const old = conditions.find((item) => item["type"] === condition.type);
  if (old && old["status"] === condition.status && old["reason"] === condition.reason) {
    return conditions.map((item) => (item === old ? { ...old, message: condition.message } : item));
  }
  const next: Draft = { ...condition };
  for (const key of times) {
    next[key] = key === "lastTransitionTime" && old?.["status"] === condition.status ? old[key] : now(cluster);
  }
  return old ? conditions.map((item) => (item === old ? next : item)) : [...conditions, next];
}

export function conditionsOf(object: KubernetesObject): Draft[] {
  return parts(statusOf(object), "conditions");
}

export function isConditionTrue(object: KubernetesObject, type: string): boolean {
  return conditionsOf(object).some((item) => item["type"] === type && item["status"] === "True");
}

/** What an object asks of the simulation: annotation `simulator.fleetwright.dev/behavior` = `stuck`, `crash`, `image-missing` or `slow`. */
export function behaviorOf(object: KubernetesObject): string {
  return object.metadata.annotations?.["simulator.fleetwright.dev/behavior"] ?? "";
}

export function nameOf(object: Draft): string {
  return text(part(object, "metadata"), "name");
}
