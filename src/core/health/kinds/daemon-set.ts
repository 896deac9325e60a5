import { asValue } from "../../manifest/object.js";
import { type HealthCheck, health } from "../health.js";
import { convert, intAt, requireVersion, textAt } from "../typed.js";

/** As `kubectl rollout status` judges it. */
export const daemonSetHealth: HealthCheck = (object) => {
  requireVersion(object, ["apps/v1"]);
  const root = asValue(object);
  const found = convert("DaemonSet", object, () => ({
    generation: intAt(root, "metadata", "generation"),
    observed: intAt(root, "status", "observedGeneration"),
    strategy: textAt(root, "spec", "updateStrategy", "type"),
    updated: intAt(root, "status", "updatedNumberScheduled"),
    desired: intAt(root, "status", "desiredNumberScheduled"),
    available: intAt(root, "status", "numberAvailable"),
  }));
  const { updated, desired, available } = found;
  if (found.generation > found.observed) {
    const why = "observed daemon set generation less than desired generation";
    return health("Progressing", `Waiting for rollout to finish: ${why}`);
  }
  if (found.strategy === "OnDelete")
    return health("Healthy", `daemon set ${updated} out of ${desired} new pods have been updated`);
  const waiting = `Waiting for daemon set ${JSON.stringify(object.metadata.name)} rollout to finish:`;
  if (updated < desired) return health("Progressing", `${waiting} ${updated} out of ${desired} new pods have been updated...`);
  if (available < desired) return health("Progressing", `${waiting} ${available} of ${desired} updated pods are available...`);
  return health("Healthy");
};
