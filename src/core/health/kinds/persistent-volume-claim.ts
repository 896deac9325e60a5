import { asValue } from "../../manifest/object.js";
import { type HealthCheck, type HealthStatus, health } from "../health.js";
import { convert, requireVersion, textAt } from "../typed.js";

const byPhase: ReadonlyMap<string, HealthStatus> = new Map([
  ["Lost", "Degraded"],
  ["Pending", "Progressing"],
  ["Bound", "Healthy"],
]);

export const persistentVolumeClaimHealth: HealthCheck = (object) => {
  requireVersion(object, ["v1"]);
  const phase = convert("PersistentVolumeClaim", object, () => textAt(asValue(object), "status", "phase"));
  return health(byPhase.get(phase) ?? "Unknown");
};
