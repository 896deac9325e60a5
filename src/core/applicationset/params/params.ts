import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";

/** One set of parameters: what a template sees as its root. Numbers are JS numbers, as Go's JSON decoder makes float64 of them. */
export type Params = { readonly [name: string]: Value };

/** Where a set of parameters comes from. */
export interface Origin {
  /** `spec.generators[0].matrix.generators[1].git` */
  readonly generator: string;
  /** The repository and the file that a git generator read. */
  readonly repoURL?: string;
  readonly file?: string;
  /** Name of the cluster that a cluster generator took. */
  readonly cluster?: string;
  /** Position in a list, or in the array that a file holds. */
  readonly index?: number;
}

export interface ParamSet {
  readonly params: Params;
  readonly origins: readonly Origin[];
}

/*
 * Templates can tell a Go map[string]string from a map[string]any (a missing key, merging), so the former are remembered.
 */
const typed = new WeakMap<object, TypedKind>();
export type TypedKind = "stringMap" | "strings" | "rawJsonMap";

export function markTyped<T extends object>(value: T, kind: TypedKind): T {
  typed.set(value, kind);
  return value;
}

export function typedKindOf(value: object): TypedKind | undefined {
  return typed.get(value);
}

/**
 * Argo CD merges parameters with mergo and override: maps are merged into each other, anything else is replaced, even by an empty value.
 * Throws `InputError` code APPSET_MERGE_TYPES where the original panics (a map of any values over a map of strings).
 */
export function mergeParams(base: Params, over: Params): Params {
  const made: Record<string, Value> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = Object.hasOwn(made, key) ? made[key] : undefined;
    made[key] = isObject(value) && isObject(before) ? mergeMaps(before, value, key) : value;
  }
  return made;
}

function mergeMaps(base: Params, over: Params, key: string): Params {
  if (typedKindOf(base) === undefined) return mergeParams(base, over);
  if (typedKindOf(over) === undefined && Object.keys(over).length > 0) {
    throw new InputError(`parameter ${key}: a map of any values cannot be merged into a map of strings`, {
      code: "APPSET_MERGE_TYPES",
      hint: "give the parameter another name in one of the generators",
    });
  }
  return markTyped({ ...base, ...over }, typedKindOf(base)!);
}

/** Argo CD, fasttemplate mode: both sides become strings, and a key in both must have the same value. */
export function combineAsStrings(first: Params, second: Params): Params {
  const made: Record<string, Value> = {};
  for (const [key, value] of Object.entries(first)) made[key] = formatGo(value);
  for (const [key, item] of Object.entries(second)) {
    const value = formatGo(item);
    if (Object.hasOwn(made, key) && made[key] !== value) {
      throw new InputError(
        `failed to combine string maps with merging params for the matrix generator: found duplicate key ${key} with different value, a: ${made[key]} ,b: ${value}`,
        { code: "APPSET_DUPLICATE_PARAM", hint: `rename ${key} in one of the two generators` },
      );
    }
    made[key] = value;
  }
  return made;
}

/** `{a: {b: [x]}}` → `{"a.b.0": x}`; empty maps and lists vanish. */
export function flatten(value: Params): Record<string, Value> {
  const flat: Record<string, Value> = {};
  const visit = (item: Value, key: string): void => {
    if (Array.isArray(item) && typedKindOf(item) === undefined) {
      for (let index = 0; index < item.length; index++) visit(item[index]!, `${key}.${index}`);
    } else if (isObject(item)) {
      for (const [name, child] of Object.entries(item)) visit(child, `${key}.${name}`);
    } else flat[key] = item;
  };
  for (const [key, item] of Object.entries(value)) visit(item, key);
  return flat;
}

/** Go's `fmt.Sprintf("%v", …)` of decoded JSON. */
export function formatGo(value: Value): string {
  if (typeof value === "string") return value;
  if (value === null) return "<nil>";
  if (typeof value === "number" || typeof value === "bigint") return formatFloat(Number(value));
  if (typeof value === "boolean") return value ? "true" : "false";
  if (Array.isArray(value)) return `[${value.map((item: Value) => formatGo(item)).join(" ")}]`;
  const object = value as Params;
  const keys = Object.keys(object).sort();
  return `map[${keys.map((key) => `${key}:${formatGo(object[key]!)}`).join(" ")}]`;
}

/** Go's %v of a float64: shortest digits, an exponent below -4 and from 6 on. */
function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  if (value === 0) return "0";
  const [digits, power] = value.toExponential().split("e") as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

const invalidNameCharacter = /[^-a-z0-9.]/gu;

/** Argo CD's `normalize`: lower case, `-` for what a DNS name cannot hold, at most 253 characters, no `-` or `.` at the ends. */
export function normalizeName(name: string): string {
  return name
    .toLowerCase()
    .replace(invalidNameCharacter, "-")
    .slice(0, 253)
    .replace(/^[-.]+/, "")
    .replace(/[-.]+$/, "");
}
