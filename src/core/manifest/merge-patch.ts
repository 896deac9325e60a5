import { valuesEqual } from "./equal.js";
import { isObject, type Value } from "./value.js";

/** RFC 7386: objects merge key by key, null removes a key, everything else replaces. */
export function applyMergePatch(target: Value, patch: Value): Value {
  if (!isObject(patch)) return patch;
  const out: { [key: string]: Value } = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = applyMergePatch(Object.hasOwn(out, key) ? (out[key] as Value) : null, value);
  }
  return out;
}

/** The smallest merge patch that turns `before` into `after`; undefined when they are equal. */
export function createMergePatch(before: Value, after: Value): Value | undefined {
  if (valuesEqual(before, after)) return undefined;
  if (!isObject(before) || !isObject(after)) return after;
  const patch: { [key: string]: Value } = {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const change = Object.hasOwn(before, key) ? createMergePatch(before[key] as Value, value) : value;
    if (change !== undefined) patch[key] = change;
  }
  return patch;
}
