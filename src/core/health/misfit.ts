import type { GoStruct, GoType } from "../diff/typed/go-types.js";
import { canonicalQuantity } from "../diff/typed/quantity.js";
import { canonicalMicroTime, canonicalTime } from "../diff/typed/time.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";

/**
 * Why an object does not convert to its Go struct, in the words of Kubernetes' conversion from unstructured: the first field, in the
 * struct's order, whose value has another type. Null fits everything and unknown fields are passed over.
 */
export function misfitOf(object: ValueObject, type: GoStruct): string | undefined {
  for (const field of type.fields.values()) {
    const value = object[field.name];
    if (value === undefined || value === null) continue;
    const found = misfit(value, field.type);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The kind of a JSON value as Go's reflection names it. */
export function goKind(value: Value): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "bigint" ? "int64" : "map";
}

function misfit(value: Value, type: GoType): string | undefined {
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? undefined : notText(value);
    case "bool":
      return typeof value === "boolean" ? undefined : "unrecognized type: bool";
    case "int32":
    case "int64":
      return notInteger(value, type.kind);
    case "byte":
      return notInteger(value, "uint8");
    case "float":
      return isNumber(value) ? undefined : "unrecognized type: float64";
    case "pointer":
      return misfit(value, type.element);
    case "bytes":
      return typeof value === "string" ? undefined : `cannot restore slice from ${goKind(value)}`;
    case "list":
      if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
      return firstMisfit(value, type.element);
    case "map":
      if (!isObject(value)) return `cannot restore map from ${goKind(value)}`;
      return firstMisfit(Object.values(value), type.element);
    case "struct":
      return isObject(value) ? misfitOf(value, type) : `cannot restore struct from: ${goKind(value)}`;
    default:
      return notJson(value, type.kind);
  }
}

function firstMisfit(values: readonly Value[], element: GoType): string | undefined {
  for (const value of values) {
    const found = value === null ? undefined : misfit(value, element);
    if (found !== undefined) return found;
  }
  return undefined;
}

// Go converts an integer to a string by reflection, which the conversion then refuses by name.
function notText(value: Value): string {
  return goKind(value) === "int64" ? "cannot convert int64 to string" : "unrecognized type: string";
}

function notInteger(value: Value, type: string): string | undefined {
  if (!isNumber(value)) return `unrecognized type: ${type}`;
  return typeof value === "bigint" || Number.isInteger(value) ? undefined : `cannot convert float64 to ${type}`;
}

/** Types that read themselves from JSON. */
function notJson(value: Value, kind: "quantity" | "intOrString" | "time" | "microTime" | "duration" | "raw" | "fields" | "any") {
  switch (kind) {
    case "quantity":
      if (canonicalQuantity(typeof value === "string" ? value : String(value)) !== undefined) return undefined;
      return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    case "intOrString":
      if (typeof value === "string" || notInteger(value, "") === undefined) return undefined;
      return `json: cannot unmarshal ${jsonKind(value)} into Go value of type int32`;
    case "time":
    case "microTime":
      return notTime(value, kind === "time" ? canonicalTime : canonicalMicroTime);
    case "duration":
      return typeof value === "string" ? undefined : `json: cannot unmarshal ${jsonKind(value)} into Go value of type string`;
    default:
      return undefined;
  }
}

function notTime(value: Value, canonical: (text: string) => string | undefined): string | undefined {
  if (typeof value !== "string") return `json: cannot unmarshal ${jsonKind(value)} into Go value of type string`;
  if (canonical(value) !== undefined) return undefined;
  const quoted = JSON.stringify(value);
  // Go names the part that it stumbles over, which is nearly always the year.
  return `parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`;
}

function jsonKind(value: Value): string {
  if (Array.isArray(value)) return "array";
  if (isNumber(value)) return "number";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
