import { InvariantError } from "../../errors.js";
import { goTypes } from "./go-types.generated.js";

/** A Go type of Argo CD's API, as far as JSON sees it. */
export type GoType =
  | { readonly kind: "string" | "bool" | "integer" | "json" | "intOrString" }
  | { readonly kind: "pointer" | "list" | "map"; readonly of: GoType }
  | StructType;

export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly name: string;
  readonly type: GoType;
  /** When the marshaller writes the field. */
  readonly kept: "always" | "unlessEmpty" | "unlessZero";
}

const keptRules = ["always", "unlessEmpty", "unlessZero"] as const;
const known = new Map<string, GoType>([
  ["string", { kind: "string" }],
  ["bool", { kind: "bool" }],
  ["int", { kind: "integer" }],
  ["int32", { kind: "integer" }],
  ["int64", { kind: "integer" }],
  ["JSON", { kind: "json" }],
  ["RawExtension", { kind: "json" }],
  ["IntOrString", { kind: "intOrString" }],
  ["Time", { kind: "string" }],
]);

/** The type that a Go expression names: `ApplicationSpec`, `*Backoff`, `[]string`, `map[string]string`. */
export function goType(expression: string): GoType {
  const found = known.get(expression);
  if (found) return found;
  const made = resolve(expression);
  known.set(expression, made);
  return made;
}

/** A struct type by its name. */
export function structType(name: string): StructType {
  const type = goType(name);
  if (type.kind !== "struct") throw new InvariantError(`${name} is no struct`);
  return type;
}

function resolve(expression: string): GoType {
  if (expression.startsWith("*")) return { kind: "pointer", of: goType(expression.slice(1)) };
  if (expression.startsWith("[]")) return { kind: "list", of: goType(expression.slice(2)) };
  if (expression.startsWith("map[string]")) return { kind: "map", of: goType(expression.slice(11)) };
  const definition = goTypes[expression];
  if (definition === undefined) throw new InvariantError(`unknown Go type ${expression}`);
  if (typeof definition === "string") return goType(definition);
  const fields = definition.map(([name, type, kept]) => ({ name, type: goType(type), kept: keptRules[kept]! }));
  return { kind: "struct", name: expression, fields };
}
