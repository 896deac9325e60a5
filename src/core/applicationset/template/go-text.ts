import { utf8Encode } from "../../../platform/bytes.js";
import { InputError } from "../../errors.js";
import {
  type CompiledTemplate,
  compileTemplate,
  type ExecuteOptions,
  executeTemplate,
  type MissingKey,
} from "../../gotemplate/index.js";
import { type GoType, types } from "../../gotemplate/value/type.js";
import { GoBytes, GoList, GoMap, GoObject, type GoValue } from "../../gotemplate/value/value.js";
import type { Value } from "../../manifest/value.js";
import { emitJson } from "../../yaml/json.js";
import { type Params, typedKindOf } from "../params/params.js";

/** Clock and randomness for templates that ask for them. */
export type TemplateEnvironment = Pick<ExecuteOptions, "now" | "random">;

/** Argo CD calls every template `base`. The text is parsed when it is first rendered, so that errors come in the order of the original's. */
export function compileGoText(
  text: string,
  options: readonly string[],
  environment: TemplateEnvironment,
): (params: Params) => string {
  const missingKey = missingKeyOf(options);
  let compiled: CompiledTemplate | undefined;
  const mayChange = changesDicts.test(text);
  return (params) => {
    if (mayChange) changed.add(params);
    try {
      compiled ??= compileTemplate("base", text, { functions: "argo" });
    } catch (error) {
      throw failed(`failed to parse template ${text}`, error);
    }
    try {
      return executeTemplate(compiled, goParams(params), { missingKey, ...environment });
    } catch (error) {
      throw failed(`failed to execute go template ${text}`, error);
    }
  };
}

export function isMissingKey(error: unknown): boolean {
  return error instanceof Error && /map has no entry for key|can't evaluate field/.test(error.message);
}

function missingKeyOf(options: readonly string[]): MissingKey {
  const last = options.findLast((option) => option.startsWith("missingkey="));
  return (last?.slice("missingkey=".length) as MissingKey | undefined) ?? "default";
}

function failed(context: string, error: unknown): InputError {
  const known = error instanceof InputError ? error : undefined;
  return new InputError(`${context}: ${(error as Error).message}`, {
    code: known?.code ?? "APPSET_TEMPLATE",
    ...(known?.location ? { location: known.location } : {}),
    ...(isMissingKey(error) ? { hint: "set the parameter in a generator, or use `default` with missingkey=default" } : {}),
    cause: error,
  });
}

/** sprig's functions that change a dict in place: later templates see the change, as in the original. */
const changesDicts = /\b(set|unset|merge|mergeOverwrite|mustMerge|mustMergeOverwrite)\b/;
const changed = new WeakSet<Params>();

/** Whether a template may have changed these parameters. */
export function isChanged(params: Params): boolean {
  return changed.has(params);
}

/** Parameters are converted once, however many strings are rendered with them. */
const converted = new WeakMap<Params, GoMap>();

function goParams(params: Params): GoMap {
  let made = converted.get(params);
  if (!made) converted.set(params, (made = mapOf(params, types.map)));
  return made;
}

function toGo(value: Value): GoValue {
  if (value === null || typeof value !== "object") return typeof value === "bigint" ? Number(value) : value;
  const kind = typedKindOf(value);
  if (Array.isArray(value)) return new GoList(value.map(toGo), kind === "strings" ? types.strings : types.list);
  if (kind === "stringMap") return mapOf(value as Params, types.stringMap);
  if (kind === "rawJsonMap") return rawJsonMap(value as Params);
  return mapOf(value as Params, types.map);
}

function mapOf(value: Params, type: GoType): GoMap {
  const entries = new Map<string, GoValue>();
  for (const key of Object.keys(value)) entries.set(key, toGo(value[key]!));
  return new GoMap(entries, type);
}

const rawJsonType: GoType = { name: "v1.JSON", kind: "struct" };
const pluginParametersType: GoType = { name: "v1alpha1.PluginParameters", kind: "map", elem: rawJsonType };

/** Argo CD hands a plugin's input to templates as raw JSON: printing `{[34 97 34]}` is what users see of it. */
class RawJson extends GoObject {
  readonly type = rawJsonType;
  private readonly raw: GoBytes;
  constructor(value: Value) {
    super();
    this.raw = new GoBytes(utf8Encode(value === null ? "" : emitJson(value, { sortKeys: false, escapeHtml: false })));
  }
  override field(name: string): GoValue {
    return name === "Raw" ? this.raw : undefined;
  }
  override text(): string {
    return `{[${Array.from(this.raw.bytes).join(" ")}]}`;
  }
}

function rawJsonMap(value: Params): GoMap {
  const entries = new Map<string, GoValue>();
  for (const [key, item] of Object.entries(value)) entries.set(key, new RawJson(item));
  return new GoMap(entries, pluginParametersType);
}
