import { asValue, type KubernetesObject } from "../manifest/object.js";
import { listAt, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import { type Health, health } from "./health.js";

const readyTypes = ["Ready", "Available", "Healthy", "Succeeded", "Complete", "Established", "Accepted", "Synced"];
const stalledTypes = ["Stalled", "Degraded", "Failed", "Failure"];

/**
 * The common language of controllers (kstatus' conventions): the last generation must have been seen, Stalled or Failed is
 * Degraded, Reconciling is Progressing, else the first Ready-like condition decides. Undefined where the object says nothing.
 */
export function genericHealth(object: KubernetesObject): Health | undefined {
  const status = objectAt(asValue(object), "status");
  const generation = object.metadata.generation;
  const observed = status.observedGeneration;
  if (typeof observed === "number" && typeof generation === "number" && observed < generation) {
    return health("Progressing", "Waiting for the controller to observe the latest generation");
  }
  const conditions = listAt(status, "conditions") as readonly ValueObject[];
  const find = (type: string) => conditions.find((condition) => condition?.type === type);
  for (const type of stalledTypes) {
    const condition = find(type);
    if (condition?.status === "True") return health("Degraded", describe(condition));
  }
  const reconciling = find("Reconciling");
  if (reconciling?.status === "True") return health("Progressing", describe(reconciling));
  for (const type of readyTypes) {
    const condition = find(type);
    if (!condition) continue;
    // A False that is not called a failure may still turn, so it does not alarm.
    return health(condition.status === "True" ? "Healthy" : "Progressing", describe(condition));
  }
  return undefined;
}

function describe(condition: ValueObject): string {
  return stringAt(condition, "message") || stringAt(condition, "reason");
}
