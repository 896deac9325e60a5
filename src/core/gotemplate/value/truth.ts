import { byteLength } from "./text.js";
import { GoBytes, GoComplex, GoInt, GoList, GoMap, type GoValue } from "./value.js";

/** Whether `if` takes the value for true: everything but the zero of its type. */
export function isTrue(value: GoValue): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value !== "";
    case "number":
      return value !== 0;
    case "undefined":
      return false;
  }
  if (value === null) return false;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoList) return value.items.length > 0;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoBytes) return value.bytes.length > 0;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  return true;
}

/** Go's `len`, or undefined for a value without one. */
export function lengthOf(value: GoValue): number | undefined {
  if (typeof value === "string") return byteLength(value);
  if (value instanceof GoMap) return value.entries.size;
  if (value instanceof GoList) return value.items.length;
  if (value instanceof GoBytes) return value.bytes.length;
  return undefined;
}
