import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { canonicalDuration } from "./duration.js";
import type { GoField, GoStruct, GoType } from "./go-types.js";
import { canonicalQuantity } from "./quantity.js";
import { canonicalMicroTime, canonicalTime } from "./time.js";

/** Thrown (and caught here) where a value does not fit its Go type. */
class TypeMismatch extends Error {}
const mismatch = new TypeMismatch("the value does not fit its type");

export interface DecodeOptions {
  /** a field that the type does not have is a mismatch rather than dropped */
  readonly strict: boolean;
  /** also write the fields that Go always writes, even empty */
  readonly complete?: boolean;
}

/**
 * The object as it comes back from Go: decoded into its type and written again (quantities, times and bytes in their
 * canonical form, empty optional fields left out). Unchanged parts are shared. Undefined where it does not fit.
 */
export function roundTrip(object: ValueObject, type: GoStruct, options: DecodeOptions): ValueObject | undefined {
  try {
    return structValue(object, type, options);
  } catch (error) {
    if (error === mismatch) return undefined;
    throw error;
  }
}

/** The same for a value of any type. */
export function canonicalOf(value: Value, type: GoType, options: DecodeOptions): Value | undefined {
  try {
    return decoded(value, type, options);
  } catch (error) {
    if (error === mismatch) return undefined;
    throw error;
  }
}

function decoded(value: Value, type: GoType, options: DecodeOptions): Value {
  // Go: a duration that is null does not parse.
  if (value === null && type.kind === "duration") throw mismatch;
  if (value === null) return zeroOf(type, options);
  switch (type.kind) {
    case "string":
      if (typeof value !== "string") throw mismatch;
      return value;
    case "bool":
      if (typeof value !== "boolean") throw mismatch;
      return value;
    case "int32":
      return integer(value, 2 ** 31);
    case "int64":
      return integer(value, 2 ** 63);
    case "byte":
      return integer(value, 256);
    case "float":
      if (typeof value !== "number" && typeof value !== "bigint") throw mismatch;
      return value;
    case "bytes":
      return bytes(value);
    case "quantity":
      return quantity(value);
    case "intOrString":
      return typeof value === "string" ? value : integer(value, 2 ** 31);
    case "time":
      return text(value, canonicalTime);
    case "microTime":
      return text(value, canonicalMicroTime);
    case "duration":
      return text(value, canonicalDuration);
    case "raw":
    case "fields":
    case "any":
      return value;
    case "pointer":
      return decoded(value, type.element, options);
    case "list":
      return listValue(value, type.element, options);
    case "map":
      return mapValue(value, type.element, options);
    case "struct":
      if (!isObject(value)) throw mismatch;
      return structValue(value, type, options);
  }
}

function structValue(object: ValueObject, type: GoStruct, options: DecodeOptions): ValueObject {
  let changed: { [key: string]: Value } | undefined;
  for (const key in object) {
    const field = type.fields.get(key);
    const value = object[key] as Value;
    if (!field) {
      if (options.strict && !hasFieldIgnoringCase(type, key)) throw mismatch;
      changed ??= { ...object };
      delete changed[key];
      continue;
    }
    const found = decoded(value, field.type, options);
    if (isOmitted(found, field)) {
      changed ??= { ...object };
      delete changed[key];
    } else if (found !== value) {
      changed ??= { ...object };
      changed[key] = found;
    }
  }
  if (!options.complete) return changed ?? object;
  for (const field of type.fields.values()) {
    if (Object.hasOwn(changed ?? object, field.name)) continue;
    const zero = zeroOf(field.type, options);
    if (isOmitted(zero, field)) continue;
    changed ??= { ...object };
    changed[field.name] = zero;
  }
  return changed ?? object;
}

function listValue(value: Value, element: GoType, options: DecodeOptions): Value {
  if (!Array.isArray(value)) throw mismatch;
  let changed: Value[] | undefined;
  for (let index = 0; index < value.length; index++) {
    const item = value[index] as Value;
    const found = decoded(item, element, options);
    if (found === item) continue;
    changed ??= [...value];
    changed[index] = found;
  }
  return changed ?? value;
}

function mapValue(value: Value, element: GoType, options: DecodeOptions): Value {
  if (!isObject(value)) throw mismatch;
  let changed: { [key: string]: Value } | undefined;
  for (const key in value) {
    const item = value[key] as Value;
    const found = decoded(item, element, options);
    if (found === item) continue;
    changed ??= { ...value };
    changed[key] = found;
  }
  return changed ?? value;
}

/** What Go writes for a value that was null or absent. */
function zeroOf(type: GoType, options: DecodeOptions): Value {
  switch (type.kind) {
    case "string":
      return "";
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "byte":
    case "float":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    case "duration":
      return "0s";
    case "struct":
      return structValue({}, type, { ...options, complete: true });
    default:
      return null;
  }
}

function isOmitted(value: Value, field: GoField): boolean {
  if (field.omitZero && value === null) return true;
  if (!field.omitEmpty) return false;
  switch (field.type.kind) {
    case "string":
      return value === "";
    case "bool":
      return value === false;
    case "int32":
    case "int64":
    case "byte":
    case "float":
      return value === 0;
    case "bytes":
      return value === null || value === "";
    case "pointer":
    case "any":
      return value === null;
    case "list":
      return value === null || (value as readonly Value[]).length === 0;
    case "map":
      return value === null || isEmptyObject(value as ValueObject);
    default:
      return false;
  }
}

function isEmptyObject(value: ValueObject): boolean {
  for (const _ in value) return false;
  return true;
}

function hasFieldIgnoringCase(type: GoStruct, key: string): boolean {
  const lower = key.toLowerCase();
  for (const name of type.fields.keys()) if (name.toLowerCase() === lower) return true;
  return false;
}

function integer(value: Value, limit: number): Value {
  if (typeof value === "bigint") {
    if (value >= BigInt(limit) || value < -BigInt(limit)) throw mismatch;
    return value;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value >= limit || value < -limit) throw mismatch;
  return value;
}

function quantity(value: Value): Value {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") throw mismatch;
  const canonical = canonicalQuantity(typeof value === "string" ? value : numberText(value));
  if (canonical === undefined) throw mismatch;
  return canonical;
}

// Go writes large and tiny floats with an exponent of at least two digits ("1e+21"), which no quantity has.
function numberText(value: number | bigint): string {
  return String(value);
}

function text(value: Value, canonical: (text: string) => string | undefined): Value {
  const found = typeof value === "string" ? canonical(value) : undefined;
  if (found === undefined) throw mismatch;
  return found;
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Standard base64 without line breaks and stray low bits: the same bytes always give the same text. */
function bytes(value: Value): Value {
  if (typeof value !== "string") throw mismatch;
  const joined = /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, "") : value;
  if (!base64.test(joined)) throw mismatch;
  if (!joined.endsWith("=")) return joined;
  const isDouble = joined.endsWith("==");
  const at = joined.length - (isDouble ? 3 : 2);
  const digit = base64Digits.indexOf(joined[at] ?? "");
  const clean = digit & (isDouble ? 0b110000 : 0b111100);
  if (digit === clean) return joined;
  return joined.slice(0, at) + base64Digits[clean] + joined.slice(at + 1);
}
