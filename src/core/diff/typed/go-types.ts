import { goTypesText } from "./go-types.data.js";

export type ScalarKind = "string" | "bool" | "int32" | "int64" | "float" | "byte";
export type SpecialKind = "bytes" | "quantity" | "intOrString" | "time" | "microTime" | "duration" | "raw" | "fields" | "any";

/** A type of a built-in kind as the Go client has it: what decides on formats, omitted fields and merge keys. */
export type GoType =
  | { readonly kind: ScalarKind | SpecialKind }
  | { readonly kind: "pointer" | "list" | "map"; readonly element: GoType }
  | GoStruct;

export interface GoStruct {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: ReadonlyMap<string, GoField>;
}

export interface GoField {
  readonly name: string;
  readonly type: GoType;
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
  /** patchStrategy tag: merge, replace, retainKeys */
  readonly strategies: readonly string[];
  readonly mergeKey: string;
}

const scalarKinds: Readonly<Record<string, ScalarKind | SpecialKind>> = {
  s: "string",
  b: "bool",
  i: "int32",
  l: "int64",
  f: "float",
  u: "byte",
  B: "bytes",
  Q: "quantity",
  O: "intOrString",
  T: "time",
  M: "microTime",
  D: "duration",
  R: "raw",
  F: "fields",
  A: "any",
};

let typeNamesByKind: ReadonlyMap<string, string> | undefined;
let linesByType: ReadonlyMap<string, string> | undefined;
const structs = new Map<string, GoStruct>();
/** Of built-in kinds only, so that their number is bounded: version, kind. */
const typesAsked = new Map<string, Map<string, GoStruct>>();

/** The Go type of a built-in kind of client-go's scheme, or undefined (CRDs and custom resources have none). */
export function goTypeOf(apiVersion: string | undefined, kind: string | undefined): GoStruct | undefined {
  if (!apiVersion || !kind) return undefined;
  let found = typesAsked.get(apiVersion)?.get(kind);
  if (found === undefined) {
    if (!typeNamesByKind) load();
    const name = typeNamesByKind?.get(`${apiVersion.includes("/") ? "" : "/"}${apiVersion}/${kind}`);
    found = name === undefined ? undefined : goStruct(name);
    if (found) typesAsked.set(apiVersion, (typesAsked.get(apiVersion) ?? new Map<string, GoStruct>()).set(kind, found));
  }
  return found;
}

/** A struct by its Go name, e.g. `core/v1.PodSpec`. */
export function goStruct(name: string): GoStruct | undefined {
  if (!linesByType) load();
  const known = structs.get(name);
  if (known) return known;
  const line = linesByType?.get(name);
  if (line === undefined) return undefined;
  const fields = new Map<string, GoField>();
  const struct: GoStruct = { kind: "struct", name, fields };
  structs.set(name, struct);
  for (const text of line.split("|").slice(1)) {
    if (text === "") continue;
    const field = parseField(text);
    fields.set(field.name, field);
  }
  return struct;
}

function load(): void {
  const [kinds = "", types = ""] = goTypesText.split("\n\n");
  typeNamesByKind = new Map(kinds.split("\n").map((line) => splitAt(line, "=")));
  linesByType = new Map(types.split("\n").map((line) => [splitAt(line, "|")[0], line]));
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function parseField(text: string): GoField {
  const [name = "", type = "A", flags = "", strategies = "", mergeKey = ""] = text.split(":");
  return {
    name,
    type: parseType(type),
    omitEmpty: flags.includes("o"),
    omitZero: flags.includes("z"),
    strategies: strategies === "" ? [] : strategies.split(","),
    mergeKey,
  };
}

function parseType(text: string): GoType {
  const rest = text.slice(1);
  switch (text[0]) {
    case "*":
      return { kind: "pointer", element: parseType(rest) };
    case "[":
      return { kind: "list", element: parseType(rest) };
    case "{":
      return { kind: "map", element: parseType(rest) };
    case "#":
      return goStruct(rest.slice(0, -1)) ?? { kind: "any" };
    default:
      return { kind: scalarKinds[text[0] ?? ""] ?? "any" };
  }
}
