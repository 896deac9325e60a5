import type { Value, ValueObject } from "../manifest/value.js";
import { compareText } from "./text.js";

function rank(value: Value): number {
  if (value === null) return 0;
  switch (typeof value) {
    case "boolean":
      return value ? 2 : 1;
    case "string":
      return 4;
    case "object":
      return Array.isArray(value) ? 5 : 6;
    default:
      return 3;
  }
}

/** jq's order of all values: null, false, true, numbers, strings, arrays, objects (first by keys, then by values). */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const byType = rank(a) - rank(b);
  if (byType !== 0) return byType;
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    return compareObjects(a as ValueObject, b as ValueObject);
  }
  if (typeof a === "number" && Number.isNaN(a)) return -1;
  const [left, right] = [a as number, b as number];
  return left < right ? -1 : left > right || (typeof b === "number" && Number.isNaN(b)) ? 1 : 0;
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const found = compareValues(a[index] as Value, b[index] as Value);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}

function compareObjects(a: ValueObject, b: ValueObject): number {
  const [left, right] = [Object.keys(a).sort(compareText), Object.keys(b).sort(compareText)];
  const byKeys = compareLists(left, right);
  if (byKeys !== 0) return byKeys;
  for (const key of left) {
    const found = compareValues(a[key] as Value, b[key] as Value);
    if (found !== 0) return found;
  }
  return 0;
}
