import { GoBytes, GoComplex, GoInt, GoList, GoMap, GoObject, type GoValue, int64 } from "./value.js";

/** Plain data as callers have it. */
export type Plain = null | undefined | boolean | number | bigint | string | readonly Plain[] | { readonly [key: string]: Plain };

/** A fresh Go value of JSON-like data: every number is a float64 (a bigint an int64), as encoding/json decodes into `any`. */
export function fromPlain(value: unknown): GoValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return int64(value);
    case "object":
      break;
    default:
      return null;
  }
  if (value === null) return null;
  if (isGoValue(value)) return value;
  if (Array.isArray(value)) return new GoList(value.map(fromPlain));
  if (value instanceof Uint8Array) return new GoBytes(value);
  const entries = new Map<string, GoValue>();
  for (const [key, item] of Object.entries(value)) entries.set(key, fromPlain(item));
  return new GoMap(entries);
}

export function isGoValue(value: object): value is GoMap | GoList | GoInt | GoBytes | GoComplex | GoObject {
  return (
    value instanceof GoMap ||
    value instanceof GoList ||
    value instanceof GoInt ||
    value instanceof GoBytes ||
    value instanceof GoComplex ||
    value instanceof GoObject
  );
}
