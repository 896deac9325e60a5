import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import type { GoType, StructType } from "./go-type.js";

/**
 * What Go makes of `value` when it decodes it into `type` and marshals it again: unknown fields go, empty `omitempty` fields go, the others get
 * their zero value. A decoded value is stable: decoding it again changes nothing. Throws `InputError` code APPSET_DECODE on a type mismatch.
 */
export function decode(type: GoType, value: Value | undefined, path = "", owner = ""): Value {
  if (value === undefined || value === null) return zeroOf(type);
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? value : mismatch(value, type, path, owner);
    case "bool":
      return typeof value === "boolean" ? value : mismatch(value, type, path, owner);
    case "integer":
      return typeof value === "bigint" || Number.isInteger(value) ? value : mismatch(value, type, path, owner);
    case "intOrString":
      return typeof value === "string" || Number.isInteger(value) ? value : mismatch(value, type, path, owner);
    case "json":
      return value;
    case "pointer":
      return decode(type.of, value, path, owner);
    case "list":
      if (!Array.isArray(value)) return mismatch(value, type, path, owner);
      return value.map((item: Value) => decode(type.of, item, path, owner));
    case "map": {
      if (!isObject(value)) return mismatch(value, type, path, owner);
      const made: Record<string, Value> = {};
      for (const [key, item] of Object.entries(value)) made[key] = decode(type.of, item, path, owner);
      return made;
    }
    case "struct":
      if (!isObject(value)) return mismatch(value, type, path, owner);
      return decodeStruct(type, value, path);
  }
}

/** As `decode`, for a change of something that is decoded already: what both share is not looked at again. */
export function decodeChanged(
  type: StructType,
  value: { readonly [key: string]: Value },
  before: { readonly [key: string]: Value },
  path = "",
): Value {
  const made: Record<string, Value> = {};
  for (const field of type.fields) {
    const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    const known = Object.hasOwn(before, field.name) ? before[field.name] : undefined;
    const inside = path === "" ? field.name : `${path}.${field.name}`;
    const struct = field.type.kind === "pointer" ? field.type.of : field.type;
    if (given === known && given !== undefined) made[field.name] = given;
    else if (struct.kind === "struct" && isObject(given) && isObject(known))
      made[field.name] = decodeChanged(struct, given, known, inside);
    else {
      const decoded = decodeField(field, given, inside, type.name);
      if (decoded !== undefined) made[field.name] = decoded;
    }
  }
  return made;
}

function decodeField(
  field: StructType["fields"][number],
  given: Value | undefined,
  path: string,
  owner: string,
): Value | undefined {
  if ((given === undefined || given === null) && field.kept !== "always") {
    // Argo CD: `omitempty` never leaves out a struct that is held by value.
    return field.type.kind === "struct" && field.kept === "unlessEmpty" ? zeroOf(field.type) : undefined;
  }
  const decoded = decode(field.type, given, path, owner);
  return isLeftOut(field, decoded) ? undefined : decoded;
}

function decodeStruct(type: StructType, value: { readonly [key: string]: Value }, path: string): Value {
  const made: Record<string, Value> = {};
  for (const field of type.fields) {
    const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    const decoded = decodeField(field, given, path === "" ? field.name : `${path}.${field.name}`, type.name);
    if (decoded !== undefined) made[field.name] = decoded;
  }
  return made;
}

/** Whether the marshaller leaves the field out with this value. */
export function isLeftOut(field: StructType["fields"][number], value: Value): boolean {
  if (field.kept === "always") return false;
  if (field.kept === "unlessZero") return isObject(value) && Object.keys(value).length === 0;
  return field.type.kind !== "pointer" && isEmpty(field.type, value);
}

function isEmpty(type: GoType, value: Value): boolean {
  switch (type.kind) {
    case "string":
      return value === "";
    case "bool":
      return value === false;
    case "integer":
      return value === 0;
    case "list":
      return value === null || (value as readonly Value[]).length === 0;
    case "map":
      return value === null || Object.keys(value as object).length === 0;
    default:
      return false;
  }
}

export function zeroOf(type: GoType): Value {
  switch (type.kind) {
    case "string":
      return "";
    case "bool":
      return false;
    case "integer":
    case "intOrString":
      return 0;
    case "struct":
      return decodeStruct(type, {}, "");
    default:
      return null;
  }
}

function mismatch(value: Value, type: GoType, path: string, owner: string): never {
  const got = Array.isArray(value) ? "array" : typeof value;
  const shown = got === "boolean" ? "bool" : got === "bigint" ? "number" : got;
  const wanted = typeName(type);
  // Argo CD: the path names fields only, no list positions.
  const place = owner === "" ? `Go value of type ${wanted}` : `Go struct field ${owner}.${path} of type ${wanted}`;
  throw new InputError(`json: cannot unmarshal ${shown} into ${place}`, {
    code: "APPSET_DECODE",
    hint: `${path} must be of type ${wanted}`,
  });
}

function typeName(type: GoType): string {
  switch (type.kind) {
    case "struct":
      return `v1alpha1.${type.name}`;
    case "pointer":
      return typeName(type.of);
    case "list":
      return `[]${typeName(type.of)}`;
    case "map":
      return `map[string]${typeName(type.of)}`;
    case "integer":
      return "int64";
    case "intOrString":
      return "int32";
    case "json":
      return "runtime.RawExtension";
    default:
      return type.kind;
  }
}
