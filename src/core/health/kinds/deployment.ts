import { asValue } from "../../manifest/object.js";
import { type HealthCheck, health } from "../health.js";
import { conditionOf, convert, flagAt, intAt, objectsAt, optionalIntAt, requireVersion, textAt } from "../typed.js";

/** As `kubectl rollout status` judges it; a paused one is Suspended. */
export const deploymentHealth: HealthCheck = (object) => {
  requireVersion(object, ["apps/v1"]);
  const root = asValue(object);
  const found = convert("Deployment", object, () => ({
    isPaused: flagAt(root, "spec", "paused"),
    replicas: optionalIntAt(root, "spec", "replicas"),
    generation: intAt(root, "metadata", "generation"),
    observed: intAt(root, "status", "observedGeneration"),
    current: intAt(root, "status", "replicas"),
    updated: intAt(root, "status", "updatedReplicas"),
    available: intAt(root, "status", "availableReplicas"),
    progressReason: textAt(conditionOf(objectsAt(root, "status", "conditions"), "Progressing"), "reason"),
  }));
  const { replicas, current, updated, available } = found;
  const waiting = "Waiting for rollout to finish:";
  if (found.isPaused) return health("Suspended", "Deployment is paused");
  if (found.generation > found.observed) {
    return health("Progressing", `${waiting} observed deployment generation less than desired generation`);
  }
  if (found.progressReason === "ProgressDeadlineExceeded") {
    return health("Degraded", `Deployment ${JSON.stringify(object.metadata.name)} exceeded its progress deadline`);
  }
  if (replicas !== undefined && updated < replicas) {
    return health("Progressing", `${waiting} ${updated} out of ${replicas} new replicas have been updated...`);
  }
  if (current > updated) return health("Progressing", `${waiting} ${current - updated} old replicas are pending termination...`);
  if (available < updated)
    return health("Progressing", `${waiting} ${available} of ${updated} updated replicas are available...`);
  return health("Healthy");
};
