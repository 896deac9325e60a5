import { RE2JS } from "re2js";
import { base64Decode } from "../../../platform/bytes.js";
import { isObject, type Value } from "../value.js";
import type { Schema } from "./schema.js";

/** A field that a schema refuses. Messages never hold a value: it may be a secret. */
export interface Violation {
  readonly path: readonly (string | number)[];
  readonly kind: "unknown" | "missing" | "invalid";
  readonly message: string;
}

/**
 * What an API server with strict field validation would refuse: unknown and missing fields, wrong types, values outside an enum or a bound.
 * `status` is the server's own and is not looked at; null is absence. Conditions over several fields (oneOf, CEL) are not judged.
 */
export function validateManifest(manifest: Value, schema: Schema): readonly Violation[] {
  const found: Violation[] = [];
  const { status: _, ...rest } = isObject(manifest) ? manifest : {};
  walk(rest, schema, [], found);
  return found;
}

type Path = Violation["path"];

function walk(value: Value, schema: Schema, path: Path, found: Violation[]): void {
  if (value === null) return;
  const wrong = wrongType(value, schema);
  if (wrong !== undefined) {
    found.push({ path, kind: "invalid", message: `${formatSteps(path)} ${wrong}` });
    return;
  }
  for (const bound of brokenBounds(value, schema))
    found.push({ path, kind: "invalid", message: `${formatSteps(path)} ${bound}` });
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) for (const [index, item] of value.entries()) walk(item as Value, items, [...path, index], found);
  } else if (isObject(value)) walkObject(value, schema, path, found);
}

function walkObject(value: { readonly [key: string]: Value }, schema: Schema, path: Path, found: Violation[]): void {
  if (schema.isRawExtension || schema.isQuantity || schema.isIntOrString) return;
  for (const name of schema.required) {
    if (Object.hasOwn(value, name) || isFilledIn(name, schema)) continue;
    found.push({ path, kind: "missing", message: `${formatSteps([...path, name])} is missing` });
  }
  const { additionalProperties, propertyNames } = schema;
  for (const [key, item] of Object.entries(value)) {
    const property = schema.property(key);
    if (property) walk(item, property, [...path, key], found);
    else if (typeof additionalProperties === "object") walk(item, additionalProperties, [...path, key], found);
    else if (additionalProperties !== true && !isFreeForm(schema, propertyNames) && !isOwnField(schema, key))
      found.push({
        path: [...path, key],
        kind: "unknown",
        message: `${formatSteps([...path, key])} is no field of ${typeOf(schema)}`,
      });
  }
}

/** The server has a default; "" is how the documents say that there is none. A RoleRef's group is the one that is filled in by code. */
function isFilledIn(name: string, schema: Schema): boolean {
  const initial = schema.property(name)?.default;
  return name === "apiGroup" || (initial !== undefined && initial !== "");
}

/** An object of which nothing is said takes anything. */
function isFreeForm(schema: Schema, propertyNames: readonly string[]): boolean {
  return schema.preservesUnknownFields || (propertyNames.length === 0 && schema.additionalProperties !== false);
}

function isOwnField(schema: Schema, key: string): boolean {
  return schema.isEmbeddedResource && ["apiVersion", "kind", "metadata"].includes(key);
}

function typeOf({ typeName }: Schema): string {
  return typeName === undefined ? "this kind" : typeName.slice(typeName.lastIndexOf(".") + 1);
}

function wrongType(value: Exclude<Value, null>, schema: Schema): string | undefined {
  const is = kindOf(value);
  const isWhole = typeof value === "bigint" || Number.isInteger(value);
  if (schema.isIntOrString)
    return is === "string" || (is === "number" && isWhole) ? undefined : "must be a whole number or a string";
  if (schema.isQuantity) return is === "string" || is === "number" ? undefined : "must be a quantity";
  if (schema.isRawExtension || schema.type === undefined) return undefined;
  switch (schema.type) {
    case "integer":
      return is === "number" && isWhole ? undefined : `must be a whole number and is ${article(is)}`;
    case "number":
      return is === "number" ? undefined : `must be a number and is ${article(is)}`;
    default:
      return is === schema.type ? undefined : `must be ${article(schema.type)} and is ${article(is)}`;
  }
}

function kindOf(value: Exclude<Value, null>): "string" | "number" | "boolean" | "array" | "object" {
  if (Array.isArray(value)) return "array";
  if (typeof value === "bigint") return "number";
  return typeof value as "string" | "number" | "boolean" | "object";
}

function article(type: string): string {
  return type === "array" ? "a list" : type === "object" ? "an object" : `a ${type}`;
}

function* brokenBounds(value: Exclude<Value, null>, schema: Schema): Generator<string> {
  const { keywords } = schema;
  const numberAt = (name: string): number | undefined => (typeof keywords[name] === "number" ? keywords[name] : undefined);
  // An empty string is how a value of an enum is left out.
  if (schema.enum && value !== "" && !schema.enum.some((allowed) => allowed === value))
    yield `must be one of ${schema.enum.map(String).join(", ")}`;
  if (typeof value === "number" || typeof value === "bigint") {
    const [least, most] = [numberAt("minimum"), numberAt("maximum")];
    if (least !== undefined && Number(value) < least) yield `must be at least ${least}`;
    if (most !== undefined && Number(value) > most) yield `must be at most ${most}`;
    return;
  }
  if (typeof value !== "string" && !Array.isArray(value)) return;
  const unit = typeof value === "string" ? "Length" : "Items";
  const [shortest, longest] = [numberAt(`min${unit}`), numberAt(`max${unit}`)];
  if (shortest !== undefined || longest !== undefined) {
    // Characters, not UTF-16 units.
    const size = typeof value === "string" ? [...value].length : value.length;
    if (shortest !== undefined && size < shortest) yield `must have at least ${shortest} ${wordOf(unit)}`;
    if (longest !== undefined && size > longest) yield `must have at most ${longest} ${wordOf(unit)}`;
  }
  if (typeof value !== "string") return;
  if (schema.format === "byte" && base64Decode(value) === undefined) yield "must be base64";
  const { pattern } = keywords;
  if (typeof pattern === "string" && compiled(pattern)?.matcher(value).find() === false) yield `must match ${pattern}`;
}

function wordOf(unit: "Length" | "Items"): string {
  return unit === "Length" ? "characters" : "items";
}

const patterns = new Map<string, RE2JS | undefined>();

/** A pattern that RE2 does not take is one that the API server would have refused. */
function compiled(pattern: string): RE2JS | undefined {
  if (!patterns.has(pattern)) {
    let made: RE2JS | undefined;
    try {
      made = RE2JS.compile(pattern);
    } catch {
      made = undefined;
    }
    patterns.set(pattern, made);
  }
  return patterns.get(pattern);
}

/** `spec.containers[0].image`; the whole object is `the object`. */
export function formatSteps(path: Path): string {
  if (path.length === 0) return "the object";
  return path
    .map((step, at) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z0-9_-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return at === 0 ? step : `.${step}`;
    })
    .join("");
}
