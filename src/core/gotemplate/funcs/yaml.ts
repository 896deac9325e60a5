import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import type { Build } from "../../yaml/fast-reader.js";
import { parseUsualYaml, parseYaml } from "../../yaml/parse.js";
import { functionError } from "../errors.js";
import { type FunctionTable, fn } from "../function.js";
import { jsonKind } from "../json/decode.js";
import { encodeJson, isEncodable } from "../json/encode.js";
import { fromPlain } from "../value/convert.js";
import { toPlain } from "../value/to-plain.js";
import { GoList, GoMap, type GoValue } from "../value/value.js";

/** Argo CD's YAML functions: sigs.k8s.io/yaml's printing and reading, errors fail the template. */
export const argoYamlFunctions: FunctionTable = {
  toYaml: fn("any", printYaml),
  fromYaml: fn("string", (text) => requireMap(readYaml(text))),
  fromYamlArray: fn("string", (text) => requireList(readYaml(text))),
};

/** sigs.k8s.io/yaml's Marshal without the last line break. */
export function printYaml(value: GoValue): string {
  try {
    // Refuses what JSON cannot say, as Marshal does on its way.
    if (!isEncodable(value)) encodeJson(value);
    return emitYaml(toPlain(value), { style: "kubernetes" }).replace(/\n$/, "");
  } catch (error) {
    throw asFailure(error, "error marshaling into JSON: ");
  }
}

/** sigs.k8s.io/yaml's Unmarshal into `any`. */
export function readYaml(text: string): GoValue {
  try {
    const usual = parseUsualYaml(text, { dialect: "kubernetes" }, goValues);
    return usual === undefined ? withFloats(parseYaml(text, { dialect: "kubernetes" })) : (usual as GoValue);
  } catch (error) {
    throw asFailure(error, "error converting YAML to JSON: ");
  }
}

/** The reader makes Go values at once; they pass through it as they are. */
const goValues: Build = {
  mapping: (entries) => new GoMap(entries as Map<string, GoValue>) as unknown as Value,
  sequence: (items) => new GoList(items as readonly GoValue[]) as unknown as Value,
  integer: Number,
};

/** Through JSON every number is a float64, big integers too. */
function withFloats(value: Value): GoValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return fromPlain(value);
  if (Array.isArray(value)) return new GoList(value.map(withFloats));
  const entries = new Map<string, GoValue>();
  for (const key of Object.keys(value)) {
    const item = (value as Readonly<Record<string, Value>>)[key] as Value;
    entries.set(key, typeof item === "object" || typeof item === "bigint" ? withFloats(item) : item);
  }
  return new GoMap(entries);
}

export function requireMap(value: GoValue): GoMap {
  if (value === null || value === undefined) return new GoMap(new Map());
  if (value instanceof GoMap) return value;
  throw cannotUnmarshal(value, "map[string]interface {}");
}

export function requireList(value: GoValue): GoList {
  if (value === null || value === undefined) return new GoList([]);
  if (value instanceof GoList) return value;
  throw cannotUnmarshal(value, "[]interface {}");
}

function cannotUnmarshal(value: GoValue, wanted: string): ReturnType<typeof functionError> {
  const reason = `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${wanted}`;
  return functionError(`error unmarshaling JSON: while decoding JSON: ${reason}`);
}

export function asFailure(error: unknown, prefix: string): unknown {
  // What fails on the way from YAML to JSON is no error of the YAML package.
  if (error instanceof InputError)
    return functionError(prefix + error.message.replace(/^yaml: (?=unsupported map key|json: )/, ""));
  return error;
}
