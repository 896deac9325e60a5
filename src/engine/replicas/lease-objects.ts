import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import type { ApiResource, ObjectRef } from "../../ports/cluster.js";
import type { Placement, ShardView } from "../sharding.js";

export const leaseLabel = "fleetwright.dev/lease";
const generationAnnotation = "fleetwright.dev/generation";
const membersAnnotation = "fleetwright.dev/members";
const placementAnnotation = "fleetwright.dev/placement";
const addressAnnotation = "fleetwright.dev/address";
const viewName = "fleetwright-shards";

export const leaseResource: ApiResource = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  resource: "leases",
  namespaced: true,
  verbs: ["list", "watch"],
};

/** What a replica says of itself. */
export interface ReplicaLease {
  readonly identity: string;
  readonly renewTime: string;
  /** The view that it has adopted. */
  readonly generation: number;
  /** Where its HTTP server is reached by other replicas; "" where it has none. */
  readonly address: string;
}

export function replicaLease(
  replica: ReplicaLease,
  of: { readonly namespace: string; readonly leaseMs: number },
): KubernetesObject {
  const { identity, renewTime, generation, address } = replica;
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: leaseName(identity),
      namespace: of.namespace,
      labels: { [leaseLabel]: "replica" },
      annotations: { [generationAnnotation]: String(generation), ...(address === "" ? {} : { [addressAnnotation]: address }) },
    },
    spec: { holderIdentity: identity, leaseDurationSeconds: Math.max(1, Math.ceil(of.leaseMs / 1000)), renewTime },
  };
}

/** Undefined for what is no replica's Lease. */
export function readReplicaLease(object: KubernetesObject): ReplicaLease | undefined {
  if (object.metadata.labels?.[leaseLabel] !== "replica") return undefined;
  const spec = objectAt(object as unknown as ValueObject, "spec");
  const { annotations = {} } = object.metadata;
  const identity = stringAt(spec, "holderIdentity");
  if (identity === "") return undefined;
  return {
    identity,
    renewTime: stringAt(spec, "renewTime"),
    generation: Number(annotations[generationAnnotation] ?? 0) || 0,
    address: annotations[addressAnnotation] ?? "",
  };
}

/** The one object that says who works on what. */
export function viewLease(view: ShardView, of: { readonly namespace: string; readonly writer: string }): KubernetesObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: viewName,
      namespace: of.namespace,
      labels: { [leaseLabel]: "view" },
      annotations: {
        [generationAnnotation]: String(view.generation),
        [membersAnnotation]: JSON.stringify(view.members),
        ...(view.placement === undefined ? {} : { [placementAnnotation]: JSON.stringify(view.placement) }),
      },
    },
    spec: { holderIdentity: of.writer },
  };
}

/** Undefined for what is not the view, or cannot be read as one. */
export function readViewLease(object: KubernetesObject): ShardView | undefined {
  if (object.metadata.name !== viewName) return undefined;
  const { annotations = {} } = object.metadata;
  const generation = Number(annotations[generationAnnotation] ?? 0);
  const members = parsed(annotations[membersAnnotation]);
  if (!Number.isInteger(generation) || generation <= 0 || !Array.isArray(members)) return undefined;
  const placement = readPlacement(parsed(annotations[placementAnnotation]));
  return { generation, members: members.map(String).sort(), ...(placement === undefined ? {} : { placement }) };
}

export function viewRef(namespace: string): ObjectRef {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name: viewName };
}

export function replicaRef(namespace: string, identity: string): ObjectRef {
  return { ...viewRef(namespace), name: leaseName(identity) };
}

function leaseName(identity: string): string {
  return `fleetwright.${identity}`;
}

function readPlacement(value: unknown): Placement | undefined {
  if (!isObject(value as ValueObject)) return undefined;
  const { byCluster, pins } = value as { readonly byCluster?: unknown; readonly pins?: unknown };
  const entries = Object.entries((pins ?? {}) as Readonly<Record<string, unknown>>);
  return {
    byCluster: byCluster === true,
    pins: Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number")),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
