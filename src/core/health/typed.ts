import { type GoStruct, goTypeOf } from "../diff/typed/go-types.js";
import { InputError } from "../errors.js";
import { asValue, type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";
import { goKind, misfitOf } from "./misfit.js";

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
  if (goKind(found) === "int64") throw badType("cannot convert int64 to string");
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
  throw new InputError(`unsupported ${name} GVK: ${group}/${version}, Kind=${object.kind}`, {
    code: "HEALTH_UNSUPPORTED_VERSION",
  });
}

/**
 * Runs the typed reads of an object that fits its Go struct as a whole, also where no check looks (Argo CD converts it before it reads).
 * What is thrown names the kind.
 */
export function convert<Fields>(name: string, object: KubernetesObject, read: () => Fields): Fields {
  try {
    const type = goTypeOf(object.apiVersion, object.kind);
    if (type) requireFit(object, type);
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`failed to convert unstructured ${name} to typed: ${error.message}`, { code: error.code, cause: error });
  }
}

/** Throws InputError HEALTH_BAD_TYPE for an object that does not convert to `type`. */
export function requireFit(object: KubernetesObject, type: GoStruct): void {
  const why = misfitOf(asValue(object), type);
  if (why !== undefined) throw badType(why);
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

function badType(message: string): InputError {
  return new InputError(message, { code: "HEALTH_BAD_TYPE" });
}
