import { formatFloat } from "../gotemplate/fmt/float.js";
import { readYaml, requireMap } from "../gotemplate/funcs/yaml.js";
import { jsonKind } from "../gotemplate/json/decode.js";
import { guarded } from "../gotemplate/render.js";
import { GoInt, GoList, GoMap, type GoValue } from "../gotemplate/value/value.js";
import { helmError } from "./failure.js";

/** A YAML mapping as sigs.k8s.io/yaml reads it into a Go map: every number a float64. */
export function decodeMap(text: string): GoMap {
  return guarded(() => requireMap(readYaml(text)));
}

/** How Go names a struct in errors. */
export interface StructName {
  /** Without its package; "" for an anonymous struct. */
  readonly name: string;
  /** As a type: `v2.Metadata`. */
  readonly type: string;
  /** The field that holds it, where it is not the outermost one: an error names the whole path, and the type in its place. */
  readonly within?: { readonly name: string; readonly field: string };
}

/** Reads the fields of a Go struct out of a mapping as encoding/json does: names without regard to case, types checked. */
export class StructReader {
  private readonly fields = new Map<string, GoValue>();

  constructor(
    private readonly struct: StructName,
    value: GoValue,
  ) {
    if (value === null || value === undefined) return;
    if (!(value instanceof GoMap)) {
      const { within, type } = struct;
      const target = within ? `struct field ${within.name}.${within.field}` : "value";
      throw cannotDecode(`cannot unmarshal ${jsonKind(value)} into Go ${target} of type ${type}`);
    }
    for (const [key, item] of value.entries) this.fields.set(key.toLowerCase(), item);
  }

  raw(name: string): GoValue {
    return this.fields.get(name.toLowerCase()) ?? null;
  }

  /** A string; numbers and booleans are turned into one, as sigs.k8s.io/yaml does for string fields. */
  string(name: string): string {
    const value = this.raw(name);
    if (value === null) return "";
    return scalarText(value) ?? this.refuse(name, value, "string");
  }

  boolean(name: string): boolean {
    const value = this.raw(name);
    if (value === null) return false;
    return typeof value === "boolean" ? value : this.refuse(name, value, "bool");
  }

  /** `type` is Go's, for errors. */
  list(name: string, type = "[]interface {}"): readonly GoValue[] {
    const value = this.raw(name);
    if (value === null) return [];
    return value instanceof GoList ? value.items : this.refuse(name, value, type);
  }

  strings(name: string): readonly string[] {
    return this.list(name, "[]string").map((item) =>
      item === null ? "" : (scalarText(item) ?? this.refuse(name, item, "string")),
    );
  }

  stringMap(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.raw(name);
    if (value === null) return undefined;
    if (!(value instanceof GoMap)) return this.refuse(name, value, "map[string]string");
    const entries = [...value.entries].map(([key, item]) => [
      key,
      item === null ? "" : (scalarText(item) ?? this.refuse(name, item, "string")),
    ]);
    return Object.fromEntries(entries) as Record<string, string>;
  }

  private refuse(name: string, value: GoValue, wanted: string): never {
    const path = this.struct.within ? `${this.struct.within.field}.${name}` : name;
    throw cannotDecode(`cannot unmarshal ${jsonKind(value)} into Go struct field ${this.struct.name}.${path} of type ${wanted}`);
  }
}

function cannotDecode(reason: string): ReturnType<typeof helmError> {
  return helmError(`error unmarshaling JSON: while decoding JSON: json: ${reason}`);
}

function scalarText(value: GoValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : formatFloat(value, "g", -1);
  return value instanceof GoInt ? String(value.value) : undefined;
}
