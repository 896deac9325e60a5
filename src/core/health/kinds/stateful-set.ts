import { asValue } from "../../manifest/object.js";
import { type HealthCheck, health } from "../health.js";
import { convert, intAt, optionalIntAt, requireVersion, structAt, textAt } from "../typed.js";

/** As `kubectl rollout status` judges it, with partitions and OnDelete. */
export const statefulSetHealth: HealthCheck = (object) => {
  requireVersion(object, ["apps/v1"]);
  const root = asValue(object);
  const found = convert("StatefulSet", object, () => ({
    generation: intAt(root, "metadata", "generation"),
    observed: intAt(root, "status", "observedGeneration"),
    replicas: optionalIntAt(root, "spec", "replicas"),
    ready: intAt(root, "status", "readyReplicas"),
    updated: intAt(root, "status", "updatedReplicas"),
    current: intAt(root, "status", "currentReplicas"),
    currentRevision: textAt(root, "status", "currentRevision"),
    updateRevision: textAt(root, "status", "updateRevision"),
    strategy: textAt(root, "spec", "updateStrategy", "type"),
    rolling: structAt(root, "spec", "updateStrategy", "rollingUpdate"),
    partition: optionalIntAt(root, "spec", "updateStrategy", "rollingUpdate", "partition"),
  }));
  const { replicas, ready, updated, partition } = found;
  if (found.observed === 0 || found.generation > found.observed) {
    return health("Progressing", "Waiting for statefulset spec update to be observed...");
  }
  if (replicas !== undefined && ready < replicas)
    return health("Progressing", `Waiting for ${replicas - ready} pods to be ready...`);
  if (found.strategy === "RollingUpdate" && found.rolling) {
    if (replicas !== undefined && partition !== undefined && updated < replicas - partition) {
      const rest = `${updated} out of ${replicas - partition} new pods have been updated...`;
      return health("Progressing", `Waiting for partitioned roll out to finish: ${rest}`);
    }
    return health("Healthy", `partitioned roll out complete: ${updated} new pods have been updated...`);
  }
  if (found.strategy === "OnDelete") return health("Healthy", `statefulset has ${ready} ready pods`);
  if (found.updateRevision !== found.currentRevision) {
    const rest = `${updated} pods at revision ${found.updateRevision}...`;
    return health("Progressing", `waiting for statefulset rolling update to complete ${rest}`);
  }
  return health("Healthy", `statefulset rolling update complete ${found.current} pods at revision ${found.currentRevision}...`);
};
