import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt } from "../../manifest/value.js";

/** Fills in what a decoded struct lacks; gives the same object back where nothing is missing. */
export type Defaulter = (object: ValueObject) => ValueObject;

/** Sets each field that is absent or null (a nil pointer in Go). */
export function setAbsent(object: ValueObject, defaults: ValueObject): ValueObject {
  return setWhere(object, defaults, (value) => value === undefined || value === null);
}

/** Sets each field that is absent or has Go's zero value. */
export function setZero(object: ValueObject, defaults: ValueObject): ValueObject {
  return setWhere(object, defaults, isZero);
}

export function isZero(value: Value | undefined): boolean {
  return value === undefined || value === null || value === "" || value === 0 || value === false || value === 0n;
}

export function isEmpty(value: Value | undefined): boolean {
  if (isObject(value)) return Object.keys(value).length === 0;
  return Array.isArray(value) ? value.length === 0 : isZero(value);
}

/** The object with the struct below `key` changed by `change`; shared where that changes nothing. */
export function changeAt(object: ValueObject, key: string, change: Defaulter): ValueObject {
  const before = objectAt(object, key);
  const after = change(before);
  return after === before ? object : { ...object, [key]: after };
}

/** The object with each element of the list below `key` changed. */
export function changeEach(object: ValueObject, key: string, change: Defaulter): ValueObject {
  const list = object[key];
  if (!Array.isArray(list)) return object;
  const changed = list.map((item: Value) => (isObject(item) ? change(item) : item));
  return changed.some((item, index) => item !== list[index]) ? { ...object, [key]: changed } : object;
}

function setWhere(object: ValueObject, defaults: ValueObject, isUnset: (value: Value | undefined) => boolean): ValueObject {
  let result: { [key: string]: Value } | undefined;
  for (const key in defaults) {
    if (!isUnset(object[key])) continue;
    result ??= { ...object };
    result[key] = defaults[key] as Value;
  }
  return result ?? object;
}
