import { functionError } from "../errors.js";
import { display } from "../fmt/format.js";
import { sprintf } from "../fmt/printf.js";
import { compareText } from "./text.js";
import { isSignedKind, isUnsignedKind } from "./type.js";
import { GoBytes, GoComplex, GoInt, GoList, GoMap, GoObject, type GoValue, typeOf } from "./value.js";

type BasicKind = "bool" | "complex" | "int" | "uint" | "float" | "string" | undefined;

function basicKind(value: GoValue): BasicKind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return "float";
    case "string":
      return "string";
  }
  if (value instanceof GoComplex) return "complex";
  if (!(value instanceof GoInt)) return undefined;
  if (isSignedKind(value.type.kind)) return "int";
  return isUnsignedKind(value.type.kind) ? "uint" : undefined;
}

/** `eq first other…`: whether any of the others equals the first. */
export function equalsAny(first: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0) throw functionError("missing argument for comparison");
  return others.some((other) => equals(first, other));
}

function equals(a: GoValue, b: GoValue): boolean {
  const left = basicKind(a);
  const right = basicKind(b);
  if (left !== right) {
    if ((left === "int" && right === "uint") || (left === "uint" && right === "int"))
      return (a as GoInt).value === (b as GoInt).value;
    if (!isNothing(a) && !isNothing(b)) throw incompatible(a, b);
    return false;
  }
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary;
  if (left !== undefined) return a === b;
  return sameReference(a, b);
}

/** Values without an order: nil equals nil, and maps and slices can only be compared with nil. */
function sameReference(a: GoValue, b: GoValue): boolean {
  const sameKind = isNothing(a) || isNothing(b) || typeOf(a).kind === typeOf(b).kind;
  if (!sameKind) {
    throw functionError(`non-comparable types ${sprintf("%s", [a])}: ${typeOf(a).name}, ${typeOf(b).name}: ${display(b)}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (b instanceof GoMap || b instanceof GoList || b instanceof GoBytes) {
    throw functionError(`non-comparable type ${sprintf("%s", [b])}: ${typeOf(b).name}`);
  }
  if (a instanceof GoObject && b instanceof GoObject) return a === b || (a.type.kind === "struct" && display(a) === display(b));
  return a === b;
}

function isNothing(value: GoValue): boolean {
  return value === undefined || value === null;
}

function isNil(value: GoValue): boolean {
  return isNothing(value) || ((value instanceof GoMap || value instanceof GoList) && value.isNil);
}

function incompatible(a: GoValue, b: GoValue): Error | ReturnType<typeof functionError> {
  return functionError(`incompatible types for comparison: ${typeOf(a).name} and ${typeOf(b).name}`);
}

/** `lt` and `le`; the others are their negations, as in the original (NaN included). */
export function compareValues(a: GoValue, b: GoValue, operator: "lt" | "le"): boolean {
  const left = basicKind(a);
  const right = basicKind(b);
  if (left === undefined || right === undefined) throw functionError("invalid type for comparison");
  const isMixed = (left === "int" && right === "uint") || (left === "uint" && right === "int");
  if (left !== right && !isMixed) throw incompatible(a, b);
  if (left === "bool" || left === "complex") throw functionError("invalid type for comparison");
  if (less(a, b)) return true;
  return operator === "le" && equals(a, b);
}

function less(a: GoValue, b: GoValue): boolean {
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b) < 0;
  return (a as number) < (b as number);
}

/** reflect.DeepEqual: types must agree too, so int 1 is not int64 1 nor 1.0. */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (typeOf(a) !== typeOf(b)) return false;
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  if (a instanceof GoList && b instanceof GoList) {
    if (a.isNil !== b.isNil || a.items.length !== b.items.length) return false;
    return a.items.every((item, index) => deepEqual(item, b.items[index]));
  }
  if (a instanceof GoMap && b instanceof GoMap) {
    if (a.isNil !== b.isNil || a.entries.size !== b.entries.size) return false;
    return [...a.entries].every(([key, item]) => b.entries.has(key) && deepEqual(item, b.entries.get(key)));
  }
  if (a instanceof GoBytes && b instanceof GoBytes) {
    return a.bytes.length === b.bytes.length && a.bytes.every((byte, index) => byte === b.bytes[index]);
  }
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary;
  if (a instanceof GoObject && b instanceof GoObject) {
    const left = a.fields();
    const right = b.fields();
    return a === b || (left.length === right.length && left.every(([, item], index) => deepEqual(item, right[index]?.[1])));
  }
  return false;
}
