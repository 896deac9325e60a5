import { InputError } from "../errors.js";
import { type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";

/**
 * Reads of a live object with the types of its Go struct: absent and null are the zero value, a value of another type is an
 * InputError HEALTH_BAD_TYPE, as in Kubernetes' conversion from unstructured.
 */
export function intAt(from: Value | undefined, ...path: readonly string[]): number {
  return optionalIntAt(from, ...path) ?? 0;
}

/** As `intAt`, undefined when absent. */
export function optionalIntAt(from: Value | undefined, ...path: readonly string[]): number | undefined {
  const found = valueAt(from, path);
  if (found === undefined || found === null) return undefined;
  if (typeof found === "bigint") return Number(found);
  if (typeof found !== "number") throw badType("unrecognized type: int32");
  if (!Number.isInteger(found)) throw badType("cannot convert float64 to int32");
  return found;
}

export function textAt(from: Value | undefined, ...path: readonly string[]): string {
  const found = valueAt(from, path);
  if (found === undefined || found === null) return "";
  if (typeof found === "number") throw badType(`cannot convert ${Number.isInteger(found) ? "int64" : "float64"} to string`);
  if (typeof found !== "string") throw badType("unrecognized type: string");
  return found;
}

export function flagAt(from: Value | undefined, ...path: readonly string[]): boolean {
  const found = valueAt(from, path);
  if (found === undefined || found === null) return false;
  if (typeof found !== "boolean") throw badType("unrecognized type: bool");
  return found;
}

/** The objects of a list. */
export function objectsAt(from: Value | undefined, ...path: readonly string[]): readonly ValueObject[] {
  const found = valueAt(from, path);
  if (found === undefined || found === null) return [];
  if (!Array.isArray(found)) throw badType(`cannot restore slice from ${goKind(found)}`);
  return found.map((item: Value) => {
    if (item !== null && !isObject(item)) throw badType(`cannot restore struct from: ${goKind(item)}`);
    return item ?? {};
  });
}

/** An object, undefined when absent. */
export function structAt(from: Value | undefined, ...path: readonly string[]): ValueObject | undefined {
  const found = valueAt(from, path);
  if (found === undefined || found === null) return undefined;
  if (!isObject(found)) throw badType(`cannot restore struct from: ${goKind(found)}`);
  return found;
}

/** The first condition of `type`. */
export function conditionOf(conditions: readonly ValueObject[], type: string): ValueObject | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** Argo CD judges one API version of each built-in kind. */
export function requireVersion(object: KubernetesObject, accepted: readonly string[], name = object.kind): void {
  if (accepted.includes(object.apiVersion)) return;
  const { group, version } = splitApiVersion(object.apiVersion);
  throw new InputError(`unsupported ${name} GVK: ${group}/${version}, Kind=${object.kind}`, { code: "HEALTH_UNSUPPORTED_VERSION" });
}

/** Runs the typed reads; what they throw names the kind. */
export function convert<Fields>(name: string, read: () => Fields): Fields {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`failed to convert unstructured ${name} to typed: ${error.message}`, { code: error.code, cause: error });
  }
}

function valueAt(from: Value | undefined, path: readonly string[]): Value | undefined {
  let current = from;
  for (const key of path) {
    if (current === undefined || current === null) return undefined;
    if (!isObject(current)) throw badType(`cannot restore struct from: ${goKind(current)}`);
    current = Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}

function goKind(value: Value): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "bigint" ? "int64" : "map";
}

function badType(message: string): InputError {
  return new InputError(message, { code: "HEALTH_BAD_TYPE" });
}
