import { isObject, type Value } from "../../manifest/value.js";
import { kustomizeError, quoteGo } from "../model/errors.js";
import { compareBytes } from "../model/gvk.js";
import { type Shape, type Struct, typeName } from "./shapes.js";

export type FieldPath = readonly (string | number)[];

export interface DecodeOptions {
  /** Unknown fields are errors. */
  readonly isStrict: boolean;
  /** Numbers and booleans become text where text is wanted, as sigs.k8s.io/yaml does when it knows the type. */
  readonly isCoercing?: boolean;
  /** Called with the place of what does not fit, before the error is thrown. */
  readonly at?: (path: FieldPath) => { readonly file: string; readonly line?: number; readonly column?: number } | undefined;
}

/** Reads `value` as `shape` with Go's rules and messages: field names match in any case, null is nothing. */
export function decode(value: Value, shape: Struct, options: DecodeOptions): unknown {
  if (value === null) return {};
  return new Decoder(options).read(value, shape, { struct: "", field: "", path: [], isCoerced: options.isCoercing ?? false });
}

interface Place {
  readonly struct: string;
  readonly field: string;
  readonly path: FieldPath;
  /** sigs.k8s.io/yaml does not find the fields of embedded structs, so that nothing is made text there. */
  readonly isCoerced: boolean;
}

class Decoder {
  readonly #options: DecodeOptions;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  read(value: Value, shape: Shape, place: Place): unknown {
    if (value === null) return undefined;
    switch (shape.kind) {
      case "text":
        return this.#text(value, shape, place);
      case "boolean":
        return typeof value === "boolean" ? value : this.#mismatch(value, shape, place);
      case "integer":
        return this.#integer(value, shape, place);
      case "list":
        if (!Array.isArray(value)) return this.#mismatch(value, shape, place);
        return value.map((item: Value, index) => this.#item(item, shape.of, { ...place, path: [...place.path, index] }));
      case "texts":
        return this.#texts(value, shape, place);
      case "any":
        return isObject(value) ? value : this.#mismatch(value, shape, place);
      case "struct":
        return this.#struct(value, shape, place);
    }
  }

  /** A null in a list is the zero value of its type. */
  #item(value: Value, shape: Shape, place: Place): unknown {
    const item = this.read(value, shape, place);
    if (item !== undefined) return item;
    return shape.kind === "text" ? "" : {};
  }

  #text(value: Value, shape: Shape, place: Place): unknown {
    if (typeof value === "string") return value;
    const isScalar = typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
    return place.isCoerced && isScalar ? String(value) : this.#mismatch(value, shape, place);
  }

  #integer(value: Value, shape: Shape, place: Place): unknown {
    if (typeof value === "bigint" && value >= -(2n ** 63n) && value < 2n ** 63n) return value;
    if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 1e21 && !/e/.test(String(value))) return value;
    return this.#mismatch(value, shape, place, true);
  }

  #texts(value: Value, shape: Shape, place: Place): unknown {
    if (!isObject(value)) return this.#mismatch(value, shape, place);
    const result: { [key: string]: unknown } = {};
    for (const key of Object.keys(value).sort(compareBytes))
      result[key] =
        this.read(value[key] as Value, { kind: "text", type: "string" }, { ...place, path: [...place.path, key] }) ?? "";
    return result;
  }

  #struct(value: Value, shape: Struct, place: Place): unknown {
    if (!isObject(value)) return this.#mismatch(value, shape, place);
    const result: { [key: string]: unknown } = {};
    for (const key of Object.keys(value).sort(compareBytes)) {
      const name = fieldName(shape, key);
      const path = [...place.path, key];
      if (name === undefined) {
        if (this.#options.isStrict) throw this.#error(`json: unknown field ${quoteGo(key)}`, path);
        continue;
      }
      const entry = shape.fields[name]!;
      const field = `${place.field === "" ? "" : `${place.field}.`}${entry.through}${name}`;
      const isCoerced = place.isCoerced && entry.through === "";
      const read = this.read(value[key] as Value, entry.shape, { struct: shape.type, field, path, isCoerced });
      if (read !== undefined) result[name] = overEarlier(read, value[key], result[name]);
      // encoding/json: of keys that differ in case alone the last counts, and a null empties what can be nil.
      else if (value[key] === null && !isScalarShape(entry.shape)) delete result[name];
    }
    return result;
  }

  #mismatch(value: Value, shape: Shape, place: Place, isNumberShown = false): never {
    const isNumber = typeof value === "number" || typeof value === "bigint";
    const found = jsonKind(value) + (isNumberShown && isNumber ? ` ${value}` : "");
    const where = place.struct === "" ? "Go value" : `Go struct field ${place.struct}.${place.field}`;
    throw this.#error(`json: cannot unmarshal ${found} into ${where} of type ${typeName(shape)}`, place.path);
  }

  #error(message: string, path: FieldPath): Error {
    return kustomizeError("KUSTOMIZE_FIELD", message, { location: this.#options.at?.(path) });
  }
}

/** encoding/json: a list that comes again is read over the earlier one, where a null item changes nothing. */
function overEarlier(read: unknown, value: Value | undefined, earlier: unknown): unknown {
  if (!Array.isArray(read) || !Array.isArray(value) || !Array.isArray(earlier)) return read;
  return read.map((item, index) => (value[index] === null && index < earlier.length ? earlier[index] : item));
}

const foldedNames = new WeakMap<Struct, Map<string, string>>();

/** encoding/json: the exact name, else the same letters in any case. */
function fieldName(shape: Struct, key: string): string | undefined {
  if (Object.hasOwn(shape.fields, key)) return key;
  let folded = foldedNames.get(shape);
  if (!folded) {
    folded = new Map(Object.keys(shape.fields).map((name) => [name.toLowerCase(), name]));
    foldedNames.set(shape, folded);
  }
  return folded.get(key.toLowerCase());
}

function isScalarShape({ kind }: Shape): boolean {
  return kind === "text" || kind === "boolean" || kind === "integer";
}

export function jsonKind(value: Value): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return isObject(value) ? "object" : "number";
}
