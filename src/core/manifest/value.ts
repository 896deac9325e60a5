/**
 * A YAML/JSON value. Integers outside ±2^53 are bigints, so no digit is lost; every other number is a JS number.
 * Objects are plain; the readers refuse the key `__proto__`, so `Object.hasOwn` and indexing agree.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | { readonly [key: string]: Value };

export type ValueObject = { readonly [key: string]: Value };

export function isObject(value: unknown): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at `key`, or an empty one. */
export function objectAt(value: ValueObject | undefined, key: string): ValueObject {
  const found = value?.[key];
  return isObject(found) ? found : {};
}

/** The string at `key`, or "". */
export function stringAt(value: ValueObject | undefined, key: string): string {
  const found = value?.[key];
  return typeof found === "string" ? found : "";
}

/** The list at `key`, or an empty one. */
export function listAt(value: ValueObject | undefined, key: string): readonly Value[] {
  const found = value?.[key];
  return Array.isArray(found) ? found : [];
}

/** Deep equality of values; the order of keys does not matter, an absent key equals nothing but itself. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalValues(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalValues(a[key], b[key]));
}
