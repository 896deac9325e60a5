import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import type { GoField, GoStruct, GoType } from "../typed/go-types.js";
import { admissionDefaults, otherDefaults } from "./cluster.js";
import { coreDefaults } from "./core.js";
import { podDefaults } from "./pod.js";
import { roundedResources } from "./resources.js";
import type { Defaulter } from "./set.js";
import { workloadDefaults } from "./workloads.js";

const defaulters: ReadonlyMap<string, Defaulter> = new Map([
  ...coreDefaults,
  ...podDefaults,
  ...workloadDefaults,
  ...admissionDefaults,
  ...otherDefaults,
]);

const plans = new Map<GoStruct, DefaultingPlan>();

interface DefaultingPlan {
  readonly own: Defaulter | undefined;
  /** Fields in which something may be missing. */
  readonly fields: ReadonlyMap<string, GoField>;
  /** What a struct becomes that is not there at all, where it becomes something. */
  readonly absent: readonly (readonly [field: string, value: ValueObject])[];
}

/**
 * The object with the API server's defaults of Kubernetes 1.36 for its type; the same object where none is missing.
 * The parent's defaults come first, then the children's.
 */
export function withDefaults(object: ValueObject, type: GoStruct): ValueObject {
  const plan = planOf(type);
  let result = plan.own ? plan.own(object) : object;
  // What is there has few fields, its type many.
  const present = result;
  if (plan.fields.size > 0)
    for (const key in present) {
      const before = present[key] as Value;
      const field = typeof before === "object" ? plan.fields.get(key) : undefined;
      if (!field || before === null) continue;
      const after = defaulted(before, field.type, type);
      if (after !== before && after !== undefined) result = { ...result, [key]: after };
    }
  for (const [key, value] of plan.absent) {
    const before = result[key];
    if (before === undefined || before === null || !isObject(before)) result = { ...result, [key]: value };
  }
  return result;
}

function defaulted(value: Value, type: GoType, owner: GoStruct): Value | undefined {
  switch (type.kind) {
    case "struct":
      return isObject(value) ? withDefaults(value, type) : filledIn(type);
    case "pointer":
      return value === null ? undefined : defaulted(value, type.element, owner);
    case "list":
      return Array.isArray(value) ? defaultedList(value, type.element, owner) : undefined;
    case "map":
      return isObject(value) && type.element.kind === "quantity" ? roundedResources(value) : undefined;
    default:
      return undefined;
  }
}

const nothing: ValueObject = {};

function filledIn(type: GoStruct): ValueObject | undefined {
  const found = withDefaults(nothing, type);
  return found === nothing ? undefined : found;
}

function defaultedList(list: readonly Value[], element: GoType, owner: GoStruct): readonly Value[] {
  let changed: Value[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = list[index] as Value;
    const after = defaulted(item, element, owner);
    if (after === undefined || after === item) continue;
    changed ??= [...list];
    changed[index] = after;
  }
  return changed ?? list;
}

function planOf(type: GoStruct): DefaultingPlan {
  const known = plans.get(type);
  if (known) return known;
  const fields = [...type.fields.values()].filter((field) => hasDefaults(field.type, type, new Set()));
  const absent = fields.flatMap(({ name, type: inner }): (readonly [string, ValueObject])[] => {
    const value = inner.kind === "struct" ? filledIn(inner) : undefined;
    return value ? [[name, value]] : [];
  });
  const plan = { own: defaulters.get(type.name), fields: new Map(fields.map((field) => [field.name, field])), absent };
  plans.set(type, plan);
  return plan;
}

function hasDefaults(type: GoType, owner: GoStruct, seen: Set<GoStruct>): boolean {
  switch (type.kind) {
    case "pointer":
    case "list":
      return hasDefaults(type.element, owner, seen);
    case "map":
      return type.element.kind === "quantity" && owner.name.startsWith("core/v1.");
    case "struct":
      if (defaulters.has(type.name)) return true;
      if (seen.has(type)) return false;
      seen.add(type);
      return [...type.fields.values()].some((field) => hasDefaults(field.type, type, seen));
    default:
      return false;
  }
}
