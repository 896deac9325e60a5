import type { Cluster } from "../cluster.js";
import { crdController } from "../crd/crd-controller.js";
import { workloadControllers } from "../workloads/workloads.js";
import { bootstrapCluster } from "./bootstrap.js";
import { garbageCollector } from "./garbage-collector.js";
import { runControllers } from "./loop.js";
import { namespaceController } from "./namespaces.js";

export interface ControllerOptions {
  readonly speed: number;
  readonly pods: boolean;
  readonly nodes: number;
}

/** Fills a new cluster with what every cluster has, and starts its controllers. Returns how to stop them. */
export function startControllers(cluster: Cluster, options: ControllerOptions): () => void {
  const controllers = [
    crdController(cluster),
    namespaceController(cluster),
    garbageCollector(cluster),
    ...workloadControllers(cluster, options),
  ];
  const stop = runControllers(cluster, controllers, options.speed);
  bootstrapCluster(cluster, options.nodes);
  return stop;
}
