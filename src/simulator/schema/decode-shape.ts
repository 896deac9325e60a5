import { canonicalQuantity } from "../../core/diff/typed/quantity.js";
import { base64Decode } from "../../platform/bytes.js";
import { isDraft } from "../draft.js";
import type { Field, Shape } from "./shape.js";

/** Thrown for a value of the wrong type; the message is Go's. */
export class DecodeError extends Error {}

/** Collects the fields that the type does not have. */
export interface Decoding {
  readonly unknown: string[];
}

/**
 * A request's value as the Go type would hold it: unknown fields, nulls and zero values that Go omits are dropped, quantities get their canonical form.
 * Throws a DecodeError.
 */
export function decodeShape(shape: Shape, value: unknown, decoding: Decoding): unknown {
  return decode(shape, value, { decoding, path: "", goPath: "", struct: "" });
}

interface Place {
  readonly decoding: Decoding;
  /** `spec.containers[0].image` */
  readonly path: string;
  /** `spec.containers.image` */
  readonly goPath: string;
  readonly struct: string;
}

function decode(shape: Shape, value: unknown, place: Place): unknown {
  if (value === null) return undefined;
  switch (shape.kind) {
    case "any":
      return value;
    case "struct":
      return decodeStruct(shape, value, place);
    case "map":
      return decodeMap(shape.value, value, place);
    case "list":
      if (!Array.isArray(value)) throw mismatch(value, place, "[]interface {}");
      return value.map(
        (item, index) =>
          decode(shape.item, item, { ...place, path: `${place.path}[${index}]` }) ?? (shape.item.kind === "string" ? "" : item),
      );
    case "string":
      if (typeof value !== "string") throw mismatch(value, place, "string");
      return value;
    case "bytes":
      if (typeof value !== "string") throw mismatch(value, place, "[]uint8");
      if (base64Decode(value) === undefined) throw new DecodeError(`illegal base64 data at input byte ${firstBadByte(value)}`);
      return value;
    case "time":
      return decodeTime(value, place, false);
    case "microTime":
      return decodeTime(value, place, true);
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(value, place, "bool");
      return value;
    case "number":
      if (typeof value !== "number") throw mismatch(value, place, "float64");
      return value;
    case "integer":
      return decodeInteger(shape.bits, value, place);
    case "quantity":
      return decodeQuantity(value, place);
    case "intOrString":
      if (typeof value !== "string" && !Number.isInteger(value)) throw mismatch(value, place, "intstr.IntOrString");
      return value;
  }
}

function decodeStruct(shape: Extract<Shape, { kind: "struct" }>, value: unknown, place: Place): unknown {
  if (!isDraft(value)) throw mismatch(value, place, `v1.${shape.name}`);
  const out: Record<string, unknown> = {};
  const join = (base: string, key: string): string => (base === "" ? key : `${base}.${key}`);
  for (const [key, item] of Object.entries(value)) {
    const field = shape.fields.get(key);
    if (!field) {
      place.decoding.unknown.push(join(place.path, key));
      continue;
    }
    const inner = { decoding: place.decoding, path: join(place.path, key), goPath: join(place.goPath, key), struct: shape.name };
    const decoded = decode(field.shape, item, inner);
    if (decoded !== undefined && !isOmitted(field, decoded)) out[key] = decoded;
  }
  return out;
}

/** What `omitempty` leaves out. */
function isOmitted(field: Field, value: unknown): boolean {
  if (field.shape.kind === "map" || field.shape.kind === "list" || field.shape.kind === "bytes") {
    // Stored as protobuf, an empty list or map is none: `rules: []` comes back as null.
    return isDraft(value) ? Object.keys(value).length === 0 : (value as { length: number }).length === 0;
  }
  if (field.isPointer || field.always || field.shape.kind === "intOrString" || field.shape.kind === "quantity") return false;
  return value === "" || value === 0 || value === false;
}

function decodeMap(shape: Shape, value: unknown, place: Place): unknown {
  if (!isDraft(value)) throw mismatch(value, place, "map[string]string");
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    // A null in a map of strings is an empty string.
    out[key] =
      decode(shape, item, { ...place, path: `${place.path}.${key}` }) ??
      (shape.kind === "string" || shape.kind === "bytes" ? "" : null);
  }
  return out;
}

function decodeInteger(bits: 32 | 64, value: unknown, place: Place): unknown {
  const type = bits === 32 ? "int32" : "int64";
  if (typeof value === "bigint" && bits === 64) return value;
  if (typeof value !== "number" && typeof value !== "bigint") throw mismatch(value, place, type);
  if (!Number.isInteger(Number(value)) || (bits === 32 && Math.abs(Number(value)) > 2_147_483_648)) {
    throw new DecodeError(
      `json: cannot unmarshal number ${value} into Go struct field ${place.struct}.${place.goPath} of type ${type}`,
    );
  }
  return value;
}

function decodeQuantity(value: unknown, place: Place): unknown {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint")
    throw mismatch(value, place, "resource.Quantity");
  const canonical = canonicalQuantity(String(value));
  if (canonical === undefined) {
    throw new DecodeError(`quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`);
  }
  return canonical;
}

/** Times are kept in UTC, to the second or to the microsecond. */
function decodeTime(value: unknown, place: Place, isMicro: boolean): unknown {
  if (typeof value !== "string") throw mismatch(value, place, "v1.Time");
  const at = Date.parse(value);
  if (Number.isNaN(at))
    throw new DecodeError(
      `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
    );
  const seconds = new Date(at).toISOString().slice(0, 19);
  if (!isMicro) return `${seconds}Z`;
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? "";
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}

function mismatch(value: unknown, place: Place, type: string): DecodeError {
  const found = Array.isArray(value)
    ? "array"
    : typeof value === "bigint"
      ? "number"
      : typeof value === "boolean"
        ? "bool"
        : typeof value;
  const where = place.struct === "" ? "Go value" : `Go struct field ${place.struct}.${place.goPath}`;
  return new DecodeError(`json: cannot unmarshal ${found} into ${where} of type ${type}`);
}

function firstBadByte(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/=\r\n]/);
  return bad < 0 ? Math.max(0, text.length - (text.length % 4)) : bad;
}
