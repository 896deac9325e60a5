import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { isLeftOut } from "../model/decode.js";
import type { GoType, StructType } from "../model/go-type.js";
import type { Params } from "../params/params.js";

/** A string as a function of parameters; undefined when it is the same for all of them. */
export type CompileText = (text: string) => ((params: Params) => string) | undefined;

/** Renders a value; a part without templates is shared by all results. */
export type RenderValue = (params: Params) => Value;

/** Decides a field in another way than by rendering its strings; undefined leaves it to the common way. */
export type FieldRule = (struct: StructType, field: StructType["fields"][number], value: Value) => RenderValue | undefined;

/**
 * Compiles every string of a decoded value, map keys too, in the order of Go's struct fields (the first error is the one the original reports).
 * Returns undefined where nothing in it is a template.
 */
export function compileStrings(type: GoType, value: Value, text: CompileText, rule?: FieldRule): RenderValue | undefined {
  if (value === null) return undefined;
  switch (type.kind) {
    case "string":
      return text(value as string);
    case "pointer":
      return compileStrings(type.of, value, text, rule);
    case "list":
      return listOf((value as readonly Value[]).map((item) => [item, compileStrings(type.of, item, text, rule)]));
    case "map":
      return mapOf(value as Entries, text, (item) => compileStrings(type.of, item, text, rule));
    case "json":
      return compileAny(value, text);
    case "struct":
      return structOf(type, value as Entries, text, rule);
    default:
      return undefined;
  }
}

type Entries = { readonly [key: string]: Value };
type Part = readonly [value: Value, render: RenderValue | undefined];

function compileAny(value: Value, text: CompileText): RenderValue | undefined {
  if (typeof value === "string") return text(value);
  // Argo CD: JSON fields go through float64 when they are rendered.
  if (typeof value === "bigint") return () => Number(value);
  if (Array.isArray(value)) return listOf(value.map((item: Value) => [item, compileAny(item, text)]));
  if (!isObject(value)) return undefined;
  // Argo CD: rendering drops what is null in a map; in a list it stays.
  const kept = Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
  const render = mapOf(kept, text, (item) => compileAny(item, text));
  return render ?? (Object.keys(kept).length === Object.keys(value).length ? undefined : () => kept);
}

function listOf(parts: readonly Part[]): RenderValue | undefined {
  if (parts.every(([, render]) => render === undefined)) return undefined;
  return (params) => parts.map(([value, render]) => (render ? render(params) : value));
}

function mapOf(value: Entries, text: CompileText, item: (value: Value) => RenderValue | undefined): RenderValue | undefined {
  const entries = Object.keys(value)
    .sort()
    .map((key) => ({ key, renderKey: text(key), value: value[key]!, render: item(value[key]!) }));
  if (entries.every(({ renderKey, render }) => renderKey === undefined && render === undefined)) return undefined;
  return (params) => {
    const made: Record<string, Value> = {};
    for (const entry of entries) {
      const rendered = entry.render ? entry.render(params) : entry.value;
      made[entry.renderKey ? entry.renderKey(params) : entry.key] = rendered;
    }
    return made;
  };
}

function structOf(type: StructType, value: Entries, text: CompileText, rule: FieldRule | undefined): RenderValue | undefined {
  const fields = type.fields
    .filter((field) => Object.hasOwn(value, field.name))
    .map((field) => {
      const given = value[field.name]!;
      return { field, given, render: rule?.(type, field, given) ?? compileStrings(field.type, given, text, rule) };
    });
  if (fields.every(({ render }) => render === undefined)) return undefined;
  return (params) => {
    const made: Record<string, Value> = {};
    for (const { field, given, render } of fields) {
      if (!render) {
        made[field.name] = given;
        continue;
      }
      const rendered = render(params);
      if (!isLeftOut(field, rendered)) made[field.name] = rendered;
    }
    return made;
  };
}
