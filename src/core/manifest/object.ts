import type { Value, ValueObject } from "./value.js";

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ValueObject[];
}

/** A Kubernetes object, immutable throughout. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** Identity of an object in one cluster; `namespace` is "" for a cluster-scoped one. */
export interface ResourceKey extends GroupKind {
  readonly namespace: string;
  readonly name: string;
}

/** `apps/v1` → `{group: "apps", version: "v1"}`; `v1` → group "". */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function resourceKeyOf(object: KubernetesObject): ResourceKey {
  return {
    group: splitApiVersion(object.apiVersion).group,
    kind: object.kind,
    namespace: object.metadata.namespace ?? "",
    // An object with generateName only has no name yet.
    name: object.metadata.name ?? "",
  };
}

/** `group/Kind/namespace/name` with empty parts kept: the map key of a resource. */
export function formatResourceKey(key: ResourceKey): string {
  return `${key.group}/${key.kind}/${key.namespace}/${key.name}`;
}

/** The same object seen as a plain value. */
export function asValue(object: KubernetesObject): ValueObject {
  return object as unknown as ValueObject;
}

/** A plain value seen as an object; the caller has checked apiVersion, kind and metadata. */
export function asObject(value: Value): KubernetesObject {
  return value as unknown as KubernetesObject;
}
