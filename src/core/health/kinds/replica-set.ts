import { asValue } from "../../manifest/object.js";
import { type HealthCheck, health } from "../health.js";
import { conditionOf, convert, intAt, objectsAt, optionalIntAt, requireVersion, textAt } from "../typed.js";

export const replicaSetHealth: HealthCheck = (object) => {
  requireVersion(object, ["apps/v1"]);
  const root = asValue(object);
  const found = convert("ReplicaSet", object, () => ({
    generation: intAt(root, "metadata", "generation"),
    observed: intAt(root, "status", "observedGeneration"),
    replicas: optionalIntAt(root, "spec", "replicas"),
    available: intAt(root, "status", "availableReplicas"),
    failure: conditionOf(objectsAt(root, "status", "conditions"), "ReplicaFailure"),
  }));
  const waiting = "Waiting for rollout to finish:";
  if (found.generation > found.observed) {
    return health("Progressing", `${waiting} observed replica set generation less than desired generation`);
  }
  if (found.failure?.status === "True") return health("Degraded", textAt(found.failure, "message"));
  if (found.replicas !== undefined && found.available < found.replicas) {
    return health("Progressing", `${waiting} ${found.available} out of ${found.replicas} new replicas are available...`);
  }
  return health("Healthy");
};
