import { isObject, type Value } from "../value.js";

/** Deep equality; 1 and 1.0 are one number, the order of keys does not matter. */
export function valuesEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => valuesEqual(item, b[index]));
  if (isObject(a)) {
    if (!isObject(b)) return false;
    const names = Object.keys(a);
    if (names.length !== Object.keys(b).length) return false;
    return names.every((name) => Object.hasOwn(b, name) && valuesEqual(a[name], b[name]));
  }
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number of the same value are the same integer
  if (typeof a === "bigint" || typeof b === "bigint") return typeof a !== "string" && typeof b !== "string" && a == b;
  return false;
}
