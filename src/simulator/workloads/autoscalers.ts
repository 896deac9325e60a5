import type { KubernetesObject } from "../../core/manifest/object.js";
import { splitApiVersion } from "../../core/manifest/object.js";
import { now } from "../cluster.js";
import type { Controller } from "../controllers/loop.js";
import { count, part, text } from "../draft.js";
import { storeKey } from "../store/store.js";
import { conditionsOf, specOf, statusOf, type Workloads, withCondition, writeStatus } from "./context.js";

const storage = "horizontalpodautoscalers.autoscaling";
const lookMs = 15_000;

/** Reports on the scaled workload; without metrics it never scales beyond the bounds' corrections. */
export function autoscalerController({ cluster }: Workloads): Controller {
  return {
    name: "autoscaler",
    keysOf: (event) => (event.storage === storage && event.kind !== "DELETED" ? [event.key] : []),
    reconcile(key) {
      const scaler = cluster.store.get(storage, key)?.object;
      if (!scaler || scaler.metadata.deletionTimestamp !== undefined) return undefined;
      const target = targetOf({ cluster }, scaler);
      const current = target ? count(statusOf(target), "replicas") : 0;
      const wanted = target ? count(specOf(target), "replicas", 1) : 0;
      const conditions = target
        ? [
            {
              type: "AbleToScale",
              status: "True",
              reason: "ReadyForNewScale",
              message: "recommended size matches current size",
            } as const,
            {
              type: "ScalingActive",
              status: "True",
              reason: "ValidMetricFound",
              message:
                "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)",
            } as const,
            {
              type: "ScalingLimited",
              status: "False",
              reason: "DesiredWithinRange",
              message: "the desired count is within the acceptable range",
            } as const,
          ]
        : [
            {
              type: "AbleToScale",
              status: "False",
              reason: "FailedGetScale",
              message: `the HPA controller was unable to get the target's current scale: not found`,
            } as const,
          ];
      writeStatus(cluster, storage, scaler, {
        conditions: conditions.reduce((list, condition) => withCondition(cluster, list, condition), conditionsOf(scaler)),
        currentMetrics: null,
        currentReplicas: current,
        desiredReplicas: wanted,
        lastScaleTime: text(statusOf(scaler), "lastScaleTime") || now(cluster),
      });
      return lookMs;
    },
  };
}

function targetOf({ cluster }: Pick<Workloads, "cluster">, scaler: KubernetesObject): KubernetesObject | undefined {
  const reference = part(specOf(scaler), "scaleTargetRef");
  const { group, version } = splitApiVersion(text(reference, "apiVersion"));
  const type = cluster.registry.findKind(group, version, text(reference, "kind"));
  return type && cluster.store.get(type.storage, storeKey(scaler.metadata.namespace ?? "", text(reference, "name")))?.object;
}
