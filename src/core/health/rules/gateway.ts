import { asValue, type KubernetesObject } from "../../manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../../manifest/value.js";
import { type Health, health } from "../health.js";

/** A Gateway is as healthy as itself and each of its listeners. */
export function gatewayHealth(object: KubernetesObject): Health {
  const status = objectAt(asValue(object), "status");
  const listeners = listAt(status, "listeners").filter(isObject);
  const own = problemIn(listAt(status, "conditions"), { prefix: "", who: "Gateway" });
  if (own) return own;
  for (const listener of listeners) {
    const found = problemIn(listAt(listener, "conditions"), { prefix: "Listener: ", who: "Listener" });
    if (found) return found;
  }
  const isReported = Array.isArray(status["conditions"]) || listeners.length > 0;
  return isReported ? health("Healthy", "Gateway is healthy") : health("Progressing", "Waiting for Gateway status");
}

function problemIn(
  conditions: readonly Value[],
  { prefix, who }: { readonly prefix: string; readonly who: string },
): Health | undefined {
  const known = conditions.filter(isObject);
  for (const type of ["ResolvedRefs", "Accepted"]) {
    const failed = known.find((condition) => condition["type"] === type && condition["status"] === "False");
    if (failed) return health("Degraded", prefix + messageOf(failed, `Failed condition: ${type}`));
  }
  const pending = known.find((condition) => condition["type"] === "Programmed" && condition["status"] !== "True");
  return pending && health("Progressing", prefix + messageOf(pending, `${who} is still being programmed`));
}

function messageOf(condition: ValueObject, otherwise: string): string {
  return Object.hasOwn(condition, "message") ? stringAt(condition, "message") : otherwise;
}
