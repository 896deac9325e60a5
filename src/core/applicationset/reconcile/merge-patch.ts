import type { Value, ValueObject } from "../../manifest/value.js";
import { equalValues, isObject } from "../../manifest/value.js";

/** The JSON merge patch (RFC 7386) that leads from one object to the other; undefined when they are equal. */
export function createMergePatch(from: ValueObject, to: ValueObject): ValueObject | undefined {
  const patch: Record<string, Value> = {};
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    if (equalValues(before, value)) continue;
    patch[key] = isObject(before) && isObject(value) ? (createMergePatch(before, value) ?? {}) : value;
  }
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Applies a JSON merge patch. */
export function applyMergePatch(target: Value | undefined, patch: Value): Value {
  if (!isObject(patch)) return patch;
  const made: Record<string, Value> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key];
    else made[key] = applyMergePatch(Object.hasOwn(made, key) ? made[key] : undefined, value);
  }
  return made;
}
