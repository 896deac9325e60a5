import type { KubernetesObject } from "../../manifest/object.js";
import { asValue } from "../../manifest/object.js";
import { isObject, listAt, objectAt, type Value, type ValueObject } from "../../manifest/value.js";
import { type Health, type HealthStatus, health } from "../health.js";

/** One line of a rule; the first that applies decides. Paths are dotted. */
export type RuleStep =
  /** A true flag (`spec.suspend`) or a list that is not empty. */
  | { readonly flag: string; readonly gives: HealthStatus; readonly message: string }
  /** The controller has not seen the last generation. */
  | { readonly lag: string; readonly message: string }
  /** A condition of `status.conditions`. Without `is` any status but those in `not`. */
  | {
      readonly condition: string;
      readonly is?: string;
      readonly reason?: readonly string[];
      readonly notReason?: readonly string[];
      readonly gives: HealthStatus;
      /** Default: the condition's own message; `$reason` and `$message` are its reason and message. */
      readonly message?: string;
    }
  /** A text field with its meanings; `else` for any other text. */
  | {
      readonly field: string;
      readonly values: { readonly [text: string]: HealthStatus };
      readonly else?: HealthStatus;
      /** Where the message is; default: the text itself. */
      readonly messageAt?: string;
      /** Messages by text, for when there is none at `messageAt`. */
      readonly messages?: { readonly [text: string]: string };
    };

/** How well-known operators' kinds tell their health, as data. */
export interface KindRule {
  readonly kinds: readonly string[];
  readonly steps: readonly RuleStep[];
  readonly otherwise: readonly [status: HealthStatus, message: string];
}

/** Applies a rule to a live object. */
export function applyRule(rule: KindRule, object: KubernetesObject): Health {
  for (const step of rule.steps) {
    const found = applyStep(step, object);
    if (found) return found;
  }
  return health(rule.otherwise[0], rule.otherwise[1]);
}

function applyStep(step: RuleStep, object: KubernetesObject): Health | undefined {
  const root = asValue(object);
  if ("flag" in step) {
    const found = valueAt(root, step.flag);
    const isSet = found === true || (Array.isArray(found) && found.length > 0);
    return isSet ? health(step.gives, step.message.replace("$kind", object.kind)) : undefined;
  }
  if ("lag" in step) {
    const observed = Number(valueAt(root, step.lag) ?? Number.NaN);
    return observed < (object.metadata?.generation ?? 0) ? health("Progressing", step.message) : undefined;
  }
  if ("condition" in step) return applyCondition(step, root);
  const found = valueAt(root, step.field);
  if (typeof found !== "string" || found === "") return undefined;
  const status = Object.hasOwn(step.values, found) ? step.values[found] : step.else;
  if (status === undefined) return undefined;
  const own = step.messages && Object.hasOwn(step.messages, found) ? step.messages[found] : undefined;
  const message = step.messageAt === undefined ? (own ?? found) : (valueAt(root, step.messageAt) ?? own);
  return health(status, typeof message === "string" ? message : "");
}

function applyCondition(step: Extract<RuleStep, { readonly condition: string }>, root: ValueObject): Health | undefined {
  for (const condition of listAt(objectAt(root, "status"), "conditions")) {
    if (!isObject(condition) || condition.type !== step.condition) continue;
    if (step.is !== undefined && condition.status !== step.is) continue;
    const reason = textOf(condition.reason);
    if (step.reason && !step.reason.includes(reason)) continue;
    if (step.notReason?.includes(reason)) continue;
    const own = textOf(condition.message);
    const message = step.message?.replace("$reason", () => reason).replace("$message", () => own);
    return health(step.gives, message ?? own);
  }
  return undefined;
}

function valueAt(root: ValueObject, path: string): Value | undefined {
  let current: Value | undefined = root;
  for (const key of path.split(".")) current = isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  return current;
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
