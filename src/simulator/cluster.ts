import type { KubernetesObject } from "../core/manifest/object.js";
import type { Clock } from "../ports/clock.js";
import { ResourceRegistry } from "./api/resource-registry.js";
import type { ResourceType } from "./api/resource-type.js";
import { notFound } from "./api/status-error.js";
import { timestamp } from "./clock.js";
import { OwnerIndex } from "./store/owner-index.js";
import { type Entry, Store, storeKey } from "./store/store.js";

/** What every part of one simulated cluster shares. */
export interface Cluster {
  readonly name: string;
  /** `v1.32.4` */
  readonly version: string;
  readonly minorVersion: number;
  readonly store: Store;
  readonly owners: OwnerIndex;
  readonly registry: ResourceRegistry;
  readonly clock: Clock;
  readonly random: () => number;
  readonly ids: Ids;
}

export interface ClusterSettings {
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly historyLimit: number;
}

export function makeCluster(settings: ClusterSettings): Cluster {
  const store = new Store(settings.historyLimit);
  return {
    name: settings.name,
    version: settings.version,
    minorVersion: Number(/^v\d+\.(\d+)/.exec(settings.version)?.[1] ?? 32),
    store,
    owners: new OwnerIndex(store),
    registry: new ResourceRegistry(),
    clock: settings.clock,
    random: settings.random,
    ids: new Ids(settings.random),
  };
}

export function now(cluster: Cluster): string {
  return timestamp(cluster.clock.now());
}

/** The stored entry. Throws 404. */
export function entryOf(cluster: Cluster, type: ResourceType, namespace: string, name: string): Entry {
  const entry = cluster.store.get(type.storage, storeKey(type.namespaced ? namespace : "", name));
  if (!entry) throw notFound(type, name);
  return entry;
}

export function keyOf(object: KubernetesObject): string {
  return storeKey(object.metadata.namespace ?? "", object.metadata.name);
}

const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Names and uids from the cluster's own random numbers, so that a seeded cluster repeats itself. */
export class Ids {
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** The five characters behind a `generateName`. */
  suffix(length = 5): string {
    let out = "";
    for (let i = 0; i < length; i++) out += suffixAlphabet[Math.floor(this.random() * suffixAlphabet.length)];
    return out;
  }

  /** A version 4 UUID. */
  uid(): string {
    let hex = "";
    for (let i = 0; i < 8; i++)
      hex += Math.floor(this.random() * 0x10000)
        .toString(16)
        .padStart(4, "0");
    const variant = "89ab"[Math.floor(this.random() * 4)];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
