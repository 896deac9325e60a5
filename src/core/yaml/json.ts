import { InputError } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { formatJsonNumber } from "./go-number.js";
import { isScalarLiteral, resolveScalar } from "./scalar-literal.js";

export interface EmitJsonOptions {
  /** Spaces an indentation level, as Go's MarshalIndent; default none. */
  readonly indent?: number;
  /** Default true, as Go does with maps. */
  readonly sortKeys?: boolean;
  /** Default true: `<`, `>` and `&` as \u escapes. */
  readonly escapeHtml?: boolean;
}

/** The bytes of Go's encoding/json. Throws an InputError for numbers JSON cannot say. */
export function emitJson(value: Value, options: EmitJsonOptions = {}): string {
  const settings = { indent: options.indent ?? 0, sort: options.sortKeys ?? true, html: options.escapeHtml ?? true };
  return write(value, settings, "\n");
}

interface Settings {
  readonly indent: number;
  readonly sort: boolean;
  readonly html: boolean;
}

function write(value: Value, settings: Settings, newline: string): string {
  switch (typeof value) {
    case "string":
      return quoteJson(value, settings.html);
    case "number":
      if (!Number.isFinite(value)) throw new InputError(`json: unsupported value: ${value}`, { code: "JSON_UNSUPPORTED" });
      return formatJsonNumber(value);
    case "boolean":
    case "bigint":
      return String(value);
  }
  if (value === null) return "null";
  if (isScalarLiteral(value)) return write(resolveScalar(value), settings, newline);
  const inner = newline + " ".repeat(settings.indent);
  const parts = Array.isArray(value)
    ? value.map((item) => write(item, settings, inner))
    : writeEntries(value as { readonly [key: string]: Value }, settings, inner);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (parts.length === 0) return `${open}${close}`;
  if (settings.indent === 0) return `${open}${parts.join(",")}${close}`;
  return `${open}${inner}${parts.join(`,${inner}`)}${newline}${close}`;
}

function writeEntries(object: { readonly [key: string]: Value }, settings: Settings, newline: string): string[] {
  const keys = Object.keys(object);
  if (settings.sort) keys.sort(compareBytes);
  const colon = settings.indent === 0 ? ":" : ": ";
  return keys.map((key) => quoteJson(key, settings.html) + colon + write(object[key] as Value, settings, newline));
}

/** Order of the UTF-8 bytes, which is the order of code points. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const leftSurrogate = left >= 0xd800 && left <= 0xdfff;
    const rightSurrogate = right >= 0xd800 && right <= 0xdfff;
    if (leftSurrogate !== rightSurrogate) return leftSurrogate ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

const ESCAPED = /["\\\x00-\x1f\u2028\u2029]/;
const ESCAPED_HTML = /["\\\x00-\x1f\u2028\u2029<>&]/;
const EVERY_ESCAPED = /["\\\x00-\x1f\u2028\u2029]/g;
const EVERY_ESCAPED_HTML = /["\\\x00-\x1f\u2028\u2029<>&]/g;
const SHORT: { readonly [char: string]: string } = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

function quoteJson(text: string, html: boolean): string {
  if (!(html ? ESCAPED_HTML : ESCAPED).test(text)) return `"${text}"`;
  return `"${text.replace(html ? EVERY_ESCAPED_HTML : EVERY_ESCAPED, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
}

export { type ParseJsonOptions, parseJson } from "./json-parse.js";
