import { isObject, type Value, type ValueObject } from "../core/manifest/value.js";

/** Whether two values are equal, keys in any order; undefined fields count as absent. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameValue(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of Object.keys(a)) if (!sameValue(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && !Object.hasOwn(a, key)) return false;
  return true;
}

/** The merge patch (RFC 7386) that turns `before` into `after`; undefined where they are equal. Lists are replaced whole. */
export function mergePatchBetween(before: ValueObject, after: ValueObject): ValueObject | undefined {
  const patch: Record<string, Value> = {};
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined) continue;
    const old = before[key];
    if (isObject(value) && isObject(old)) {
      const inner = mergePatchBetween(old, value);
      if (inner !== undefined) patch[key] = inner;
    } else if (!sameValue(old, value)) patch[key] = value;
  }
  for (const [key, old] of Object.entries(before))
    if (old !== undefined && old !== null && after[key] === undefined) patch[key] = null;
  return Object.keys(patch).length === 0 ? undefined : patch;
}
