import { asValue } from "../../manifest/object.js";
import { type HealthCheck, health } from "../health.js";
import { convert, objectsAt, requireVersion, textAt } from "../typed.js";

/** Argo CD: a Failed or Complete condition counts whatever its status is; only Suspended looks at it. */
export const jobHealth: HealthCheck = (object) => {
  requireVersion(object, ["batch/v1"]);
  const conditions = convert("Job", object, () =>
    objectsAt(asValue(object), "status", "conditions").map((condition) => ({
      type: textAt(condition, "type"),
      status: textAt(condition, "status"),
      message: textAt(condition, "message"),
    })),
  );
  const last = (types: readonly string[]) => conditions.filter((condition) => types.includes(condition.type)).at(-1);
  const failed = last(["Failed"]);
  const ended = last(["Complete", "Suspended"]);
  if (failed) return health("Degraded", failed.message);
  if (!ended) return health("Progressing");
  const isSuspended = conditions.some((condition) => condition.type === "Suspended" && condition.status === "True");
  return isSuspended ? health("Suspended") : health("Healthy", ended.message);
};
