import type { Cluster } from "../cluster.js";
import type { Controller } from "../controllers/loop.js";

export interface WorkloadOptions {
  readonly speed: number;
  readonly pods: boolean;
}

/** The controllers that make workloads move. */
export function workloadControllers(_cluster: Cluster, _options: WorkloadOptions): readonly Controller[] {
  return [];
}
