import { emitYaml } from "../../yaml/emit.js";
import { functionError, TemplateFailure } from "../errors.js";
import { type FunctionContext, type FunctionTable, fn } from "../function.js";
import { decodeJson, jsonKind } from "../json/decode.js";
import { encodeJson } from "../json/encode.js";
import { toPlain } from "../value/to-plain.js";
import { types } from "../value/type.js";
import { GoList, GoMap, type GoValue } from "../value/value.js";
import { durationFunctions } from "./durations.js";
import { orElse } from "./json-functions.js";
import { semverFunctions } from "./semver-functions.js";
import { tomlFunctions } from "./toml.js";
import { printYaml, readYaml, requireList, requireMap } from "./yaml.js";

/** The marks around a message of `required` and `fail`, by which the engine finds it again in a chain of errors. */
export const warnStart = "HELM_ERR_START";
export const warnEnd = "HELM_ERR_END";

const maxIncludes = 1_000;

export interface HelmFunctionOptions {
  /** `required` and `fail` do not fail. */
  readonly lint?: boolean;
  /** Whose functions: 4.3 (default) added the duration helpers. */
  readonly version?: "4.2" | "4.3";
}

/** What Helm adds to sprig, and what it replaces there. */
export function helmFunctions(options: HelmFunctionOptions = {}): FunctionTable {
  const lint = options.lint ?? false;
  return {
    ...(options.version === "4.2" ? {} : durationFunctions),
    ...tomlFunctions,
    ...semverFunctions("3.5"),
    toYaml: fn("any", (value) => orElse(() => printYaml(value), "")),
    mustToYaml: fn("any", printYaml),
    toYamlPretty: fn("any", (value) => orElse(() => printPretty(value), "")),
    fromYaml: fn("string", (text) => orError(() => requireMap(readYaml(text)), errorMap)),
    fromYamlArray: fn("string", (text) => orError(() => requireList(readYaml(text)), errorList)),
    toJson: fn("any", (value) => orElse(() => encodeJson(value), "")),
    mustToJson: fn("any", (value) => encodeJson(value)),
    fromJson: fn("string", (text) => orError(() => jsonMap(decodeJson(text)), errorMap)),
    fromJsonArray: fn("string", (text) => orError(() => jsonList(decodeJson(text)), errorList)),
    include: { params: [types.string, types.any], variadic: false, call: include },
    tpl: fn("string any", function (text, data) {
      return this.executeText(text, data ?? undefined).replaceAll("<no value>", "");
    }),
    required: fn("string any", (message, value) => {
      if (value !== null && value !== undefined && value !== "") return value;
      if (lint) return "";
      throw functionError(warnStart + message + warnEnd);
    }),
    fail: fn("string", (message) => {
      if (lint) return "";
      throw functionError(warnStart + message + warnEnd);
    }),
    lookup: fn("string string string string", () => new GoMap(new Map())),
    getHostByName: fn("string", () => ""),
  };
}

/** In one frame: charts may include a thousand deep before the original refuses. */
function include(args: readonly GoValue[], context: FunctionContext): GoValue {
  const name = args[0] as string;
  const depths = includeDepths(context);
  const depth = depths.get(name) ?? 0;
  if (depth > maxIncludes) {
    throw functionError(`rendering template has a nested reference name: ${name}: unable to execute template`);
  }
  depths.set(name, depth + 1);
  const text = context.executeTemplate(name, args[1] ?? undefined);
  depths.set(name, depth);
  return text;
}

/** How often each template is being included at the moment. */
function includeDepths(context: FunctionContext): Map<string, number> {
  const known = context.memory.get("include") as Map<string, number> | undefined;
  if (known) return known;
  const made = new Map<string, number>();
  context.memory.set("include", made);
  return made;
}

/** yaml.v3's printing with two blanks. */
function printPretty(value: GoValue): string {
  return emitYaml(toPlain(value), { style: "go-yaml-v3", indent: 2, numbers: "float64" }).replace(/\n$/, "");
}

function jsonMap(value: GoValue): GoMap {
  if (value === null) return new GoMap(new Map(), undefined, true);
  if (value instanceof GoMap) return value;
  throw functionError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`);
}

function jsonList(value: GoValue): GoList {
  if (value === null) return new GoList([], undefined, true);
  if (value instanceof GoList) return value;
  throw functionError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type []interface {}`);
}

/** Errors come back as data: Helm's fromYaml and its like never fail. */
function orError(read: () => GoValue, wrap: (message: string) => GoValue): GoValue {
  try {
    return read();
  } catch (error) {
    if (error instanceof TemplateFailure) return wrap(error.message);
    throw error;
  }
}

export function errorMap(message: string): GoMap {
  return new GoMap(new Map([["Error", message]]));
}

function errorList(message: string): GoList {
  return new GoList([message]);
}
