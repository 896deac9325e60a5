import type { Cluster } from "../cluster.js";
import type { Controller } from "../controllers/loop.js";
import { autoscalerController } from "./autoscalers.js";
import { Waits, type WorkloadController, type WorkloadOptions } from "./context.js";
import { daemonSetController } from "./daemon-set.js";
import { deploymentController } from "./deployment.js";
import { disruptionBudgetController } from "./disruption-budgets.js";
import { endpointsController } from "./endpoints.js";
import { jobController } from "./job.js";
import { loadBalancerController } from "./load-balancers.js";
import { podController } from "./pod.js";
import { replicaSetController } from "./replica-set.js";
import { statefulSetController } from "./stateful-set.js";
import { volumeController } from "./volumes.js";

const controllers: readonly WorkloadController[] = [
  podController,
  replicaSetController,
  deploymentController,
  statefulSetController,
  daemonSetController,
  jobController,
  loadBalancerController,
  endpointsController,
  volumeController,
  autoscalerController,
  disruptionBudgetController,
];

/** The controllers that make workloads move. */
export function workloadControllers(cluster: Cluster, options: WorkloadOptions): readonly Controller[] {
  const workloads = { cluster, options, waits: new Waits(cluster, options.speed) };
  return controllers.map((make) => make(workloads));
}
