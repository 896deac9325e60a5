import type { ValueObject } from "../../core/manifest/value.js";
import { builtInSchemas, goFieldsOf } from "./published.js";

/** A Go type as far as JSON shows it. */
export type Shape =
  | { readonly kind: "struct"; readonly name: string; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: "map"; readonly value: Shape }
  | { readonly kind: "list"; readonly item: Shape }
  | { readonly kind: "string" | "bytes" | "time" | "microTime" | "quantity" | "intOrString" | "boolean" | "number" | "any" }
  | { readonly kind: "integer"; readonly bits: 32 | 64 };

export interface Field {
  readonly shape: Shape;
  /** A pointer: an explicit zero value is kept. */
  readonly isPointer: boolean;
  /** Written even when it is not set, as `zero`. */
  readonly always: boolean;
  readonly zero: unknown;
  readonly patch: { readonly strategy: string; readonly mergeKey: string };
}

const compiled = new Map<string, Shape>();

/** The shape of a published definition. */
export function shapeOf(name: string): Shape {
  const known = compiled.get(name);
  if (known) return known;
  const special = specialShape(name);
  if (special) {
    compiled.set(name, special);
    return special;
  }
  const schema = builtInSchemas()[name];
  if (!schema) return { kind: "any" };
  if (schema["properties"] === undefined) {
    const shape = schemaShape(schema);
    compiled.set(name, shape);
    return shape;
  }
  const fields = new Map<string, Field>();
  // Known before its fields are read: JSONSchemaProps contains itself.
  const shape: Shape = { kind: "struct", name: name.slice(name.lastIndexOf(".") + 1), fields };
  compiled.set(name, shape);
  const go = goFieldsOf(name);
  for (const [key, property] of Object.entries(schema["properties"] as { [key: string]: ValueObject })) {
    const always = go !== undefined && Object.hasOwn(go.always, key);
    fields.set(key, {
      shape: schemaShape(property),
      isPointer: go === undefined || go.pointers.includes(key),
      always,
      zero: always ? go.always[key] : undefined,
      patch: {
        strategy: String(property["x-kubernetes-patch-strategy"] ?? ""),
        mergeKey: String(property["x-kubernetes-patch-merge-key"] ?? ""),
      },
    });
  }
  return shape;
}

function specialShape(name: string): Shape | undefined {
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (last === "Quantity") return { kind: "quantity" };
  if (last === "MicroTime") return { kind: "microTime" };
  if (last === "IntOrString") return { kind: "intOrString" };
  if (
    [
      "RawExtension",
      "FieldsV1",
      "JSON",
      "JSONSchemaPropsOrBool",
      "JSONSchemaPropsOrArray",
      "JSONSchemaPropsOrStringArray",
      "Patch",
    ].includes(last)
  )
    return { kind: "any" };
  return undefined;
}

function schemaShape(schema: ValueObject): Shape {
  const reference = referenceOf(schema);
  if (reference !== undefined) return shapeOf(reference);
  switch (schema["type"]) {
    case "string":
      return { kind: schema["format"] === "byte" ? "bytes" : schema["format"] === "date-time" ? "time" : "string" };
    case "integer":
      return { kind: "integer", bits: schema["format"] === "int32" ? 32 : 64 };
    case "number":
    case "boolean":
      return { kind: schema["type"] };
    case "array":
      return { kind: "list", item: schemaShape((schema["items"] ?? {}) as ValueObject) };
    case "object":
      return schema["additionalProperties"] === undefined
        ? { kind: "any" }
        : { kind: "map", value: schemaShape(schema["additionalProperties"] as ValueObject) };
    default:
      return { kind: "any" };
  }
}

function referenceOf(schema: ValueObject): string | undefined {
  const all = schema["allOf"];
  const target = schema["$ref"] ?? (Array.isArray(all) ? (all[0] as ValueObject | undefined)?.["$ref"] : undefined);
  return typeof target === "string" ? target.slice(target.lastIndexOf("/") + 1) : undefined;
}
