import { blake2b512 } from "../../platform/hash.js";
import { utf8Encode } from "../../platform/bytes.js";

export interface ShardedCluster {
  readonly id: string;
  readonly server: string;
  /** A shard that a person chose. */
  readonly shard?: number | undefined;
}

export interface ShardingOptions {
  /** `legacy`, `round-robin`, `consistent-hashing`; anything else is legacy (Argo CD). */
  readonly algorithm: string;
  readonly replicas: number;
  /** Server of every Application's destination: the load that consistent hashing balances. */
  readonly destinationServers: readonly string[];
}

/** The shard of every cluster by server; a chosen shard that does not exist is shard 0 (Argo CD). */
export function assignShards(clusters: readonly ShardedCluster[], options: ShardingOptions): ReadonlyMap<string, number> {
  const distribute = distribution(clusters, options);
  return new Map(
    clusters.map((cluster) => {
      if (cluster.shard === undefined) return [cluster.server, distribute(cluster)];
      return [cluster.server, cluster.shard < options.replicas ? cluster.shard : 0];
    }),
  );
}

function distribution(clusters: readonly ShardedCluster[], options: ShardingOptions): (cluster: ShardedCluster) => number {
  const { replicas } = options;
  if (replicas <= 0) return () => -1;
  const sorted = [...clusters].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  if (options.algorithm === "round-robin") {
    const ranks = new Map(sorted.map((cluster, rank) => [cluster.id, rank]));
    return ({ id }) => (ranks.get(id) ?? 0) % replicas;
  }
  if (options.algorithm === "consistent-hashing") {
    const shards = consistentShards(sorted, options);
    return ({ id }) => shards.get(id) ?? -1;
  }
  return ({ id }) => (id === "" ? 0 : fnv1a(id) % replicas);
}

/** FNV-1 (not 1a is Go's New32; New32a multiplies after the xor) of 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8Encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

const pointsPerShard = 1000;

/** Consistent hashing with bounded loads: the next shard on the ring that is not loaded past 1.25 of the average. */
function consistentShards(sorted: readonly ShardedCluster[], options: ShardingOptions): ReadonlyMap<string, number> {
  const { replicas } = options;
  const ring = ringOf(replicas);
  const loads = new Array<number>(replicas).fill(0);
  const found = new Map<string, number>();
  for (const cluster of sorted) {
    const shard = leastLoaded(ring, loads, hashOf(cluster.id));
    found.set(cluster.id, shard);
    loads[shard] = (loads[shard] ?? 0) + options.destinationServers.filter((server) => server === cluster.server).length;
  }
  return found;
}

interface RingPoint {
  readonly at: bigint;
  readonly shard: number;
}

function ringOf(replicas: number): readonly RingPoint[] {
  const points: RingPoint[] = [];
  for (let shard = 0; shard < replicas; shard++) {
    for (let index = 0; index < pointsPerShard; index++) points.push({ at: hashOf(`${shard}${index}`), shard });
  }
  const byPlace = new Map(points.map((point) => [point.at, point]));
  return [...byPlace.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}

function leastLoaded(ring: readonly RingPoint[], loads: readonly number[], key: bigint): number {
  const total = loads.reduce((sum, load) => sum + load, 0);
  const average = Math.trunc((total + 1) / loads.length) || 1;
  const limit = Math.ceil(average * 1.25);
  const start = ring.findIndex((point) => point.at > key);
  for (let step = 0; step < ring.length; step++) {
    const point = ring[((start < 0 ? 0 : start) + step) % ring.length];
    if (point && (loads[point.shard] ?? 0) < limit) return point.shard;
  }
  return 0;
}

function hashOf(text: string): bigint {
  const bytes = blake2b512(text);
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}
