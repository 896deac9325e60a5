import { InputError, type Location } from "../../errors.js";
import { isObject, type Value, type ValueObject } from "../../manifest/value.js";
import type { TreeFile } from "../../render/file-tree.js";
import { flawsOf } from "../../yaml/flawed-maps.js";
import { locator } from "../../yaml/locate.js";
import { parseYaml } from "../../yaml/parse.js";
import { decode, type FieldPath, jsonKind } from "../kustomization/decode.js";
import { openApiDefinitionShape } from "../kustomization/shapes.js";
import { kustomizeError, prefixError, withPrefix } from "../model/errors.js";
import { isJsonText, parseOpenApiText } from "../model/open-api-text.js";

/** The schema of each definition that is said to have one, by the definition's name. */
export type OpenApiDefinitions = ReadonlyMap<string, ValueObject>;

/**
 * Reads a file of `crds`: OpenAPI definitions as kube-openapi's generator writes them, which a manifest of a CustomResourceDefinition
 * is not. A text that begins with a brace is JSON, any other YAML. What Go's types of a schema cannot hold is an InputError with its place.
 */
export function readOpenApiDefinitions({ bytes }: TreeFile, { path, file }: CrdFile): OpenApiDefinitions {
  const isJson = isJsonText(bytes);
  const at = locator(bytes, { file });
  try {
    const value = parseOpenApiText(bytes, file);
    if (isJson) {
      refuseRepeated(bytes, at);
      return definitionsOf(value, { isCoercing: false, at });
    }
    return withPrefix("error unmarshaling JSON: while decoding JSON", () => definitionsOf(value, { isCoercing: true, at }));
  } catch (error) {
    const told = prefixError(error, `unable to parse open API definition from '${path}'`);
    const isMisfit = told instanceof InputError && told.code === "KUSTOMIZE_FIELD";
    throw isMisfit ? kustomizeError("KUSTOMIZE_FIELD", told.message, { location: told.location, hint, cause: told.cause }) : told;
  }
}

export interface CrdFile {
  /** As `crds` has it. */
  readonly path: string;
  /** In the tree. */
  readonly file: string;
}

const hint = "a file of `crds` holds OpenAPI definitions by their names in Go, not the manifest of a CustomResourceDefinition";

interface Reading {
  readonly isCoercing: boolean;
  readonly at: (path: FieldPath) => Location;
}

function definitionsOf(value: Value, { isCoercing, at }: Reading): OpenApiDefinitions {
  const schemas = new Map<string, ValueObject>();
  if (value === null) return schemas;
  if (!isObject(value))
    throw misfit(`json: cannot unmarshal ${jsonKind(value)} into Go value of type accumulator.nameToApiMap`, at([]));
  for (const [name, definition] of Object.entries(value)) {
    const options = { isStrict: false, isCoercing, at: (path: FieldPath) => at([name, ...path]) };
    const { Schema } = decode(definition, openApiDefinitionShape, options) as { readonly Schema?: ValueObject };
    if (Schema === undefined) continue;
    checkSchema(Schema, (path) => at([name, "Schema", ...path]));
    schemas.set(name, Schema);
  }
  return schemas;
}

/** Within a schema of a JSON file Go refuses a name that an object has twice; as YAML such a text reads with its repeated keys noted. */
function refuseRepeated(bytes: Uint8Array, at: (path: FieldPath) => Location): void {
  let value: Value;
  try {
    value = parseYaml(bytes, { dialect: "kustomize", duplicateKeys: "first" });
  } catch {
    return;
  }
  if (!isObject(value)) return;
  for (const [name, definition] of Object.entries(value)) {
    const repeated = isObject(definition) ? repeatedName(definition["Schema"]) : undefined;
    if (repeated !== undefined)
      throw misfit(
        `json: cannot unmarshal Go value of type spec.Schema: json: duplicate name ${JSON.stringify(repeated)} in object`,
        at([name, "Schema"]),
      );
  }
}

function repeatedName(value: Value | undefined): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const child of Object.values(value)) {
    const found = repeatedName(child);
    if (found !== undefined) return found;
  }
  return Array.isArray(value) ? undefined : flawsOf(value).find(({ kind }) => kind === "repeated")?.key;
}

type Check = (value: Value, fail: Fail) => void;

/** What stands at `path` below cannot be read; `type` is Go's. */
type Fail = (value: Value, type: string, path?: FieldPath) => never;

function only(fits: (value: Value) => boolean, type: string): Check {
  return (value, fail) => {
    if (value !== null && !fits(value)) fail(value, type);
  };
}

function eachOf(check: Check, type: string): Check {
  return (value, fail) => {
    if (value === null) return;
    if (!Array.isArray(value)) fail(value, type);
    else value.forEach((item: Value, index) => check(item, below(fail, index)));
  };
}

function valuesOf(check: Check, type: string): Check {
  return (value, fail) => {
    if (value === null) return;
    if (!isObject(value)) fail(value, type);
    else for (const [name, entry] of Object.entries(value)) check(entry, below(fail, name));
  };
}

function below(fail: Fail, step: string | number): Fail {
  return (value, type, path = []) => fail(value, type, [step, ...path]);
}

const isInteger = (value: Value): boolean =>
  typeof value === "bigint" ? BigInt.asIntN(64, value) === value : typeof value === "number" && Number.isInteger(value);

const isText = (value: Value): boolean => typeof value === "string";
const text = only(isText, "string");
const textOrTexts = "spec.StringOrArray";
const boolean = only((value) => typeof value === "boolean", "bool");
const integer = only(isInteger, "int64");
const float = only((value) => typeof value === "number" || typeof value === "bigint", "float64");
const texts = eachOf(text, "[]string");
const values = eachOf(() => undefined, "[]interface {}");
const structType = "struct { spec.Extensions; spec.SchemaProps; spec.SwaggerSchemaProps }";
const schemas = eachOf(schema, "[]spec.Schema");
const schemasByName = valuesOf(schema, "map[string]spec.Schema");
const docs = valuesOf(() => undefined, "spec.ExternalDocumentation");

/** A list, a map, or what Go passes over without a word. */
function byShape(list: Check, map: Check): Check {
  return (value, fail) => {
    if (Array.isArray(value)) list(value, fail);
    else if (isObject(value)) map(value, fail);
  };
}

function schemaOrBoolean(value: Value, fail: Fail): void {
  if (isObject(value)) schema(value, fail);
  else boolean(value, fail);
}

function schema(value: Value, fail: Fail): void {
  if (value === null) return;
  if (!isObject(value)) return fail(value, structType);
  for (const [name, entry] of Object.entries(value))
    if (Object.hasOwn(keywords, name)) keywords[name]?.(entry, below(fail, name));
}

/** The fields of kube-openapi's `spec.Schema`; any other may hold anything. */
const keywords: { readonly [name: string]: Check } = {
  id: text,
  description: text,
  format: text,
  title: text,
  pattern: text,
  discriminator: text,
  type: (value, fail) => (Array.isArray(value) ? texts : only(isText, textOrTexts))(value, fail),
  nullable: boolean,
  exclusiveMaximum: boolean,
  exclusiveMinimum: boolean,
  uniqueItems: boolean,
  readOnly: boolean,
  maximum: float,
  minimum: float,
  multipleOf: float,
  maxLength: integer,
  minLength: integer,
  maxItems: integer,
  minItems: integer,
  maxProperties: integer,
  minProperties: integer,
  enum: values,
  required: texts,
  items: byShape(schemas, schema),
  allOf: schemas,
  oneOf: schemas,
  anyOf: schemas,
  not: schema,
  properties: schemasByName,
  patternProperties: schemasByName,
  definitions: schemasByName,
  dependencies: valuesOf(byShape(texts, schema), "spec.Dependencies"),
  additionalProperties: schemaOrBoolean,
  additionalItems: schemaOrBoolean,
  externalDocs: (value, fail) => {
    docs(value, fail);
    for (const name of ["description", "url"]) if (isObject(value)) text(value[name] ?? null, below(fail, name));
  },
};

function checkSchema(value: ValueObject, at: (path: FieldPath) => Location): void {
  schema(value, (found, type, path = []) => {
    const problem =
      type === textOrTexts
        ? `cannot unmarshal Go value of type ${type}: expected string or array, not '${firstToken(found)}'`
        : `cannot unmarshal JSON ${jsonKind(found)} into Go value of type ${type}`;
    throw misfit(`json: cannot unmarshal Go value of type spec.Schema: json: ${problem}`, at(path));
  });
}

function firstToken(value: Value): string {
  return isObject(value) ? "{" : typeof value === "boolean" ? String(value) : jsonKind(value);
}

function misfit(message: string, location: Location): Error {
  return kustomizeError("KUSTOMIZE_FIELD", message, { location });
}
