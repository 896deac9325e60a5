import { utf8Encode } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import type { Value } from "../manifest/value.js";
import {
  chooseStyle,
  type EmitterVersion,
  writeDoubleQuoted,
  writeLiteral,
  writePlain,
  writeSingleQuoted,
} from "./emit-scalar.js";
import { formatGoFloat } from "./go-number.js";
import { sortedKeys } from "./key-order.js";
import { isScalarLiteral, resolveScalar } from "./scalar-literal.js";
import { printThroughJson } from "./text.js";

export interface EmitOptions {
  /**
   * kubernetes: sigs.k8s.io/yaml's Marshal. kustomize: what `kustomize build` prints (the same printer after kustomize's own
   * reading of scalars). go-yaml-v3: yaml.v3's Marshal, as Helm's toYamlPretty.
   */
  readonly style: "kustomize" | "kubernetes" | "go-yaml-v3";
  /** Default true: go-yaml's order of map keys; false keeps the order of the object. */
  readonly sortKeys?: boolean;
  /** go-yaml-v3 only: SetIndent, default 4. */
  readonly indent?: number;
  /** go-yaml-v3 only: every number is a float64, as in values that went through encoding/json. */
  readonly numbers?: "exact" | "float64";
  /** Texts of collections below a key, by the collection: what is immutable and printed again is not walked again. */
  readonly printed?: WeakMap<object, PrintedText>;
}

export interface PrintedText {
  /** Column of the key. */
  readonly indent: number;
  /** From the key's colon on. */
  readonly text: string;
}

/** YAML text of `value`, ending in a line break; byte for byte what Go prints in that style. */
export function emitYaml(value: Value, options: EmitOptions): string {
  return new Emitter(options).document(value);
}

/** Where a scalar is written. */
interface Place {
  /** Column of the collection that holds it. */
  readonly indent: number;
  /** Column at which it begins. */
  readonly column: number;
  readonly container: "root" | "mapping" | "sequence";
  readonly asKey: boolean;
}

/** go-yaml v2 folds flow scalars here; v3 does not fold. */
const FOLD_WIDTH = 80;

/** Shorter texts are written sooner than found. */
const WORTH_KEEPING = 160;

/** Larger ones are few, and are made of parts that are joined. */
const WORTH_JOINING = 1 << 16;

class Emitter {
  readonly #version: EmitterVersion;
  readonly #sort: boolean;
  readonly #step: number;
  readonly #floats: boolean;
  readonly #printed: WeakMap<object, PrintedText> | undefined;
  #out = "";
  /** A literal scalar that ends in a line or paragraph separator has ended its line without a line feed. */
  #isAtLineStart = false;

  constructor(options: EmitOptions) {
    this.#version = options.style === "go-yaml-v3" ? 3 : 2;
    this.#sort = options.sortKeys ?? true;
    const indent = options.indent ?? 4;
    this.#step = this.#version === 2 || indent < 2 || indent > 9 ? 2 : indent;
    this.#floats = options.numbers === "float64";
    this.#printed = options.printed;
  }

  document(value: Value): string {
    const node = plainValue(value);
    if (isFilledCollection(node)) this.#collection(node, 0);
    else this.#out = this.#leaf(node, { indent: 0, column: 0, container: "root", asKey: false });
    return this.#isAtLineStart ? this.#out : `${this.#out}\n`;
  }

  /** Lines of a collection at column `indent`; the first one without its indentation. */
  #collection(node: object, indent: number): void {
    if (Array.isArray(node)) this.#sequence(node, indent);
    else this.#mapping(node as { readonly [key: string]: Value }, indent);
  }

  #sequence(items: readonly Value[], indent: number): void {
    const separator = `${lineBreak(indent)}- `;
    for (let index = 0; index < items.length; index++) {
      this.#out += index === 0 ? "- " : this.#separated(separator);
      const node = plainValue(items[index] as Value);
      if (isFilledCollection(node)) this.#collection(node, indent + 2);
      else this.#out += this.#leaf(node, { indent, column: indent + 2, container: "sequence", asKey: false });
    }
  }

  #mapping(object: { readonly [key: string]: Value }, indent: number): void {
    const keys = Object.keys(object);
    const separator = lineBreak(indent);
    let first = true;
    for (const key of this.#sort ? sortedKeys(keys, this.#version) : keys) {
      if (!first) this.#out += this.#separated(separator);
      first = false;
      const node = plainValue(object[key] as Value);
      const isKnown = this.#version === 2 && plainKeys.has(key);
      if (isKnown || isSimpleKey(key)) {
        const text = isKnown ? key : this.#key(key, indent);
        this.#out += text;
        this.#below(node, indent, indent + text.length + 2);
      } else this.#complexPair(key, node, indent);
    }
  }

  #separated(separator: string): string {
    if (!this.#isAtLineStart) return separator;
    this.#isAtLineStart = false;
    return separator.slice(1);
  }

  /** A key that is written as it is says so at any place. */
  #key(key: string, indent: number): string {
    const text = this.#text(key, { indent, column: indent, container: "mapping", asKey: true });
    if (text === key && this.#version === 2) note(plainKeys, key);
    return text;
  }

  /** What follows a key, from its colon on; a scalar begins at `column`. */
  #below(node: Value, indent: number, column: number): void {
    if (!isFilledCollection(node)) {
      this.#out += `: ${this.#leaf(node, { indent, column, container: "mapping", asKey: false })}`;
      return;
    }
    const known = this.#printed?.get(node);
    if (known?.indent === indent) {
      this.#out += known.text;
      return;
    }
    if (this.#printed === undefined) this.#collectionBelow(node, indent);
    else this.#keepBelow(node, indent, this.#printed);
  }

  /** The text is written apart: to cut it out of all that was written before would copy that each time. */
  #keepBelow(node: object, indent: number, printed: WeakMap<object, PrintedText>): void {
    const before = this.#out;
    this.#out = "";
    this.#collectionBelow(node, indent);
    const text = this.#out;
    this.#out = before + text;
    // What follows a separator that ends a line depends on it.
    if (text.length < WORTH_KEEPING || this.#isAtLineStart) return;
    // The engine joins the pieces of a text when a character is asked for: once here instead of wherever the part is used.
    if (text.length < WORTH_JOINING) text.charCodeAt(0);
    printed.set(node, { indent, text });
  }

  #collectionBelow(node: object, indent: number): void {
    const isIndentless = this.#version === 2 && Array.isArray(node);
    const deeper = isIndentless ? indent : this.#deeper(indent);
    this.#out += `:${lineBreak(deeper)}`;
    this.#collection(node, deeper);
  }

  /** go-yaml: a key with line breaks or of more than 128 bytes is written as `? key`, its value as `: value`. */
  #complexPair(key: string, node: Value, indent: number): void {
    const place = { indent, column: indent + 2, container: "mapping", asKey: false } as const;
    this.#out += `? ${this.#text(key, place)}`;
    this.#out += `${this.#separated(lineBreak(indent))}:`;
    if (!isFilledCollection(node)) {
      this.#out += ` ${this.#leaf(node, place)}`;
      return;
    }
    const deeper = this.#deeper(indent);
    this.#out += " ".repeat(deeper - indent - 1);
    this.#collection(node, deeper);
  }

  /** go-yaml v3 aligns to multiples of the indent. */
  #deeper(indent: number): number {
    return this.#version === 2 ? indent + 2 : this.#step * Math.floor((indent + this.#step) / this.#step);
  }

  /** A scalar or an empty collection. */
  #leaf(node: Value, place: Place): string {
    if (typeof node === "string") return this.#version === 2 && plainWords.has(node) ? node : this.#text(node, place);
    if (node === null) return "null";
    if (typeof node === "boolean") return node ? "true" : "false";
    if (typeof node === "number" || typeof node === "bigint") return this.#number(node);
    if (isScalarLiteral(node)) return `${node.tag} ${this.#text(node.text, place)}`;
    return Array.isArray(node) ? "[]" : "{}";
  }

  #number(value: number | bigint): string {
    if (this.#version === 2) {
      if (typeof value === "number" && !Number.isFinite(value)) throw unprintable(`json: unsupported value: ${value}`);
      return printThroughJson(value);
    }
    if (this.#floats) return formatGoFloat(Number(value));
    return typeof value === "bigint" || (Number.isSafeInteger(value) && !Object.is(value, -0))
      ? String(value)
      : formatGoFloat(value);
  }

  #text(text: string, { indent, column, container, asKey }: Place): string {
    if (this.#version === 2) refuseUnreadable(text);
    const { form } = chooseStyle(text, this.#version, asKey);
    const inner = container === "root" ? this.#step : container === "sequence" ? indent + 2 : this.#deeper(indent);
    if (form === "literal") {
      this.#isAtLineStart = text.endsWith("\u2028") || text.endsWith("\u2029");
      return writeLiteral(text, inner, this.#step);
    }
    const folding = { column, indent: inner, width: this.#version === 2 && !asKey ? FOLD_WIDTH : Number.POSITIVE_INFINITY };
    if (form === "plain") {
      if (this.#version === 2 && !asKey && text.length <= MAX_PLAIN_WORD && !text.includes(" ")) note(plainWords, text);
      return writePlain(text, folding);
    }
    return form === "single" ? writeSingleQuoted(text, folding) : writeDoubleQuoted(text, folding);
  }
}

/** Keys that go-yaml v2 writes plain: nearly all are the same few. */
const plainKeys = new Set<string>();
/** Likewise values that have no blank, so that they are never folded. */
const plainWords = new Set<string>();
const MAX_KNOWN = 5000;
const MAX_PLAIN_WORD = 64;

function note(known: Set<string>, text: string): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.add(text);
}

const LINE_BREAKS = Array.from({ length: 64 }, (_, indent) => `\n${" ".repeat(indent)}`);

function lineBreak(indent: number): string {
  return LINE_BREAKS[indent] ?? `\n${" ".repeat(indent)}`;
}

function isSimpleKey(key: string): boolean {
  if (plainKeys.has(key)) return true;
  if (key.length > 128) return false;
  return !/[\n\r\x85\u2028\u2029]/.test(key) && (key.length <= 42 || utf8Encode(key).length <= 128);
}

/** A scalar whose text does not fit its tag stays a literal. */
function plainValue(value: Value): Value {
  if (typeof value !== "object" || !isScalarLiteral(value)) return value;
  try {
    return resolveScalar(value);
  } catch {
    return value;
  }
}

function isFilledCollection(node: Value): node is readonly Value[] | { readonly [key: string]: Value } {
  if (typeof node !== "object" || node === null || isScalarLiteral(node)) return false;
  if (Array.isArray(node)) return node.length > 0;
  for (const _ in node) return true;
  return false;
}

const UNREADABLE = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** sigs.k8s.io/yaml reads its own JSON back as YAML, which refuses these characters where JSON leaves them bare. */
function refuseUnreadable(text: string): void {
  if (UNREADABLE.test(text)) throw unprintable("yaml: control characters are not allowed");
}

function unprintable(message: string): InputError {
  return new InputError(message, { code: "YAML_UNPRINTABLE" });
}
