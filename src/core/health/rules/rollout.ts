import { asValue, type KubernetesObject } from "../../manifest/object.js";
import { isObject, objectAt, type Value } from "../../manifest/value.js";
import { type Health, health } from "../health.js";
import { applyRule, type KindRule } from "./rule.js";

/** A Rollout by its own rule, once its controller has seen the generation of the workload that it refers to. */
export function rolloutHealth(rule: KindRule, object: KubernetesObject): Health {
  const root = asValue(object);
  const annotations = objectAt(root, "metadata")["annotations"];
  if (isObject(objectAt(root, "spec")["workloadRef"]) && isObject(annotations) && isObject(root["status"])) {
    const wanted = numberOf(annotations["rollout.argoproj.io/workload-generation"]);
    const seen = numberOf(root["status"]["workloadObservedGeneration"]);
    if (wanted !== seen) return health("Progressing", "Waiting for rollout spec update to be observed");
  }
  return applyRule(rule, object);
}

function numberOf(value: Value | undefined): number | undefined {
  const found = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof found === "number" && !Number.isNaN(found) ? found : undefined;
}
