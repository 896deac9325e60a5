import { valuesEqual } from "../manifest/equal.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { asFloats } from "./floats.js";
import { elementKind } from "./strategic/error.js";

type Mutable = { [key: string]: Value };

/**
 * The JSON merge patch for a custom resource: what `modified` changes and adds in `current`, and what of `original` it
 * deletes. Kubernetes decodes every number as a float here, so integers beyond 2^53 lose digits.
 */
export function threeWayJsonPatch(original: ValueObject, modified: ValueObject, current: ValueObject): ValueObject {
  const wanted = asFloats(modified) as ValueObject;
  const changes = withoutNulls(mergePatchBetween(asFloats(current) as ValueObject, wanted));
  if (original === modified) return changes;
  const deletions = onlyNulls(mergePatchBetween(asFloats(original) as ValueObject, wanted));
  return mergePatches(deletions, changes);
}

/** RFC 7386 patch that makes `after` out of `before`. */
export function mergePatchBetween(before: ValueObject, after: ValueObject): ValueObject {
  if (before === after) return {};
  const patch: Mutable = {};
  for (const key in after) {
    const value = after[key] as Value;
    if (!Object.hasOwn(before, key)) {
      patch[key] = value;
      continue;
    }
    const old = before[key] as Value;
    if (elementKind(old) === "map" && elementKind(value) === "map") {
      const found = mergePatchBetween(old as ValueObject, value as ValueObject);
      if (Object.keys(found).length > 0) patch[key] = found;
    } else if (!valuesEqual(old, value)) patch[key] = value;
  }
  for (const key in before) if (!Object.hasOwn(after, key)) patch[key] = null;
  return patch;
}

/** The object with an RFC 7386 patch applied. */
export function applyMergePatch(object: ValueObject, patch: ValueObject): ValueObject {
  let result: Mutable | undefined;
  for (const key in patch) {
    const value = patch[key] as Value;
    const before = (result ?? object)[key];
    if (value === null) {
      if (before === undefined) continue;
      result ??= { ...object };
      delete result[key];
      continue;
    }
    const after = isObject(before) && isObject(value) ? applyMergePatch(before, value) : withoutNullFields(value);
    if (after === before) continue;
    result ??= { ...object };
    result[key] = after;
  }
  return result ?? object;
}

function withoutNullFields(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => withoutNullFields(item));
  if (!isObject(value)) return value;
  const kept: Mutable = {};
  for (const key in value) if (value[key] !== null) kept[key] = withoutNullFields(value[key] as Value);
  return kept;
}

// An empty map that is set on purpose is a value, not an empty patch.
function withoutNulls(patch: ValueObject): ValueObject {
  const kept: Mutable = {};
  for (const key in patch) {
    const value = patch[key] as Value;
    if (value === null) continue;
    if (!isObject(value) || Object.keys(value).length === 0) {
      kept[key] = value;
      continue;
    }
    const inner = withoutNulls(value);
    if (Object.keys(inner).length > 0) kept[key] = inner;
  }
  return kept;
}

function onlyNulls(patch: ValueObject): ValueObject {
  const kept: Mutable = {};
  for (const key in patch) {
    const value = patch[key] as Value;
    if (value === null) kept[key] = null;
    else if (isObject(value)) {
      const inner = onlyNulls(value);
      if (Object.keys(inner).length > 0) kept[key] = inner;
    }
  }
  return kept;
}

function mergePatches(first: ValueObject, second: ValueObject): ValueObject {
  const merged: Mutable = { ...first };
  for (const key in second) {
    const [before, value] = [merged[key], second[key] as Value];
    merged[key] = isObject(before) && isObject(value) ? mergePatches(before, value) : value;
  }
  return merged;
}
