import { InputError } from "../../errors.js";
import { asValue, type KubernetesObject } from "../../manifest/object.js";
import { isObject, type Value, type ValueObject } from "../../manifest/value.js";
import { parseJson } from "../../yaml/json.js";
import { type HealthCheck, health } from "../health.js";
import { convert, objectsAt, requireVersion, textAt } from "../typed.js";

interface Condition {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly status: string;
}

const degraded = new Set([
  "AbleToScale/FailedGetScale",
  "AbleToScale/FailedUpdateScale",
  "ScalingActive/FailedGetResourceMetric",
  "ScalingActive/FailedGetObjectMetric",
  "ScalingActive/FailedGetPodsMetric",
  "ScalingActive/FailedGetExternalMetric",
  "ScalingActive/FailedComputeMetricsReplicas",
  "ScalingActive/InvalidSelector",
]);

/** Judged by its conditions; autoscaling/v1 carries them in an annotation. */
export const horizontalPodAutoscalerHealth: HealthCheck = (object) => {
  requireVersion(object, ["autoscaling/v1", "autoscaling/v2"], "HPA");
  const conditions = object.apiVersion === "autoscaling/v1" ? annotatedConditions(object) : statusConditions(object);
  const failed = conditions.find(({ type, reason }) => degraded.has(`${type}/${reason}`));
  if (failed) return health("Degraded", failed.message);
  const able = conditions.find(({ type, status }) => (type === "AbleToScale" || type === "ScalingLimited") && status === "True");
  return able ? health("Healthy", able.message) : health("Progressing", "Waiting to Autoscale");
};

function statusConditions(object: KubernetesObject): readonly Condition[] {
  return convert("HPA", object, () => objectsAt(asValue(object), "status", "conditions").map(readCondition));
}

function annotatedConditions(object: KubernetesObject): readonly Condition[] {
  const annotations = convert("HPA", object, () => object.metadata.annotations);
  const text = annotations?.["autoscaling.alpha.kubernetes.io/conditions"];
  if (text === undefined) return [];
  try {
    const parsed = parseJson(text ?? "");
    if (parsed === null) return [];
    if (!Array.isArray(parsed)) throw new TypeError("cannot unmarshal into a list of conditions");
    return parsed.map((item: Value) => {
      if (item !== null && !isObject(item)) throw new TypeError("cannot unmarshal into a condition");
      return readCondition(lowerCaseKeys(item ?? {}));
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`failed to convert conditions annotation to typed: ${why}`, { code: "HEALTH_BAD_TYPE" });
  }
}

/** Go's JSON reader ignores the case of field names. */
function lowerCaseKeys(item: ValueObject): ValueObject {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key.toLowerCase(), value]));
}

function readCondition(item: ValueObject): Condition {
  return {
    type: textAt(item, "type"),
    reason: textAt(item, "reason"),
    message: textAt(item, "message"),
    status: textAt(item, "status"),
  };
}
