import { functionError } from "../errors.js";
import { sprint, sprintln } from "../fmt/format.js";
import { sprintf } from "../fmt/printf.js";
import { isPrint } from "../fmt/quote.js";
import { type FunctionTable, fn, zeroOf } from "../function.js";
import { compareValues, equalsAny } from "../value/compare.js";
import { byteLength, sliceBytes, toBytes } from "../value/text.js";
import { isTrue, lengthOf } from "../value/truth.js";
import { isSignedKind, isUnsignedKind, types } from "../value/type.js";
import { GoBytes, GoInt, GoList, GoMap, type GoValue, int, typeOf } from "../value/value.js";
import { queryEscape } from "./url-escape.js";

/** text/template's own functions. `and`, `or` and `call` have rules of their own in evaluate.ts. */
export const builtins: FunctionTable = {
  and: fn("value ...value", (first) => first),
  or: fn("value ...value", (first) => first),
  call: fn("value ...value", (first) => first),
  not: fn("value", (value) => !isTrue(value)),
  len: fn("value", length),
  index: fn("value ...value", (item, ...indexes) => indexed(item, indexes)),
  slice: fn("value ...value", (item, ...indexes) => sliced(item, indexes)),
  print: fn("...any", (...args) => sprint(args)),
  println: fn("...any", (...args) => sprintln(args)),
  printf: fn("string ...any", (format, ...args) => sprintf(format, args)),
  html: fn("...any", (...args) => escapeHtml(textOf(args))),
  js: fn("...any", (...args) => escapeJs(textOf(args))),
  urlquery: fn("...any", (...args) => queryEscape(textOf(args))),
  eq: fn("value ...value", (first, ...others) => equalsAny(first, others)),
  ne: fn("value value", (a, b) => !equalsAny(a, [b])),
  lt: fn("value value", (a, b) => compareValues(a, b, "lt")),
  le: fn("value value", (a, b) => compareValues(a, b, "le")),
  gt: fn("value value", (a, b) => !compareValues(a, b, "le")),
  ge: fn("value value", (a, b) => !compareValues(a, b, "lt")),
};

/** Arguments as text, where nil prints as a template prints it. */
function textOf(args: readonly GoValue[]): string {
  return sprint(args.map((arg) => (arg === null || arg === undefined ? "<no value>" : arg)));
}

function length(item: GoValue): GoValue {
  if (item === null) throw functionError("len of nil pointer");
  if (item === undefined) throw functionError("reflect: call of reflect.Value.Type on zero Value");
  const found = lengthOf(item);
  if (found === undefined) throw functionError(`len of type ${typeOf(item).name}`);
  return int(found);
}

function indexed(item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw functionError("index of untyped nil");
  let found: GoValue = item;
  for (const index of indexes) found = indexOnce(found, index);
  return found;
}

function indexOnce(item: GoValue, index: GoValue): GoValue {
  if (item === null || item === undefined) throw functionError("index of nil pointer");
  if (item instanceof GoMap) {
    const key = mapKey(index);
    if (item.entries.has(key)) return item.entries.get(key);
    return zeroOf(item.type.elem ?? types.any);
  }
  if (item instanceof GoList) return item.items[checkedIndex(index, item.items.length - 1, item.items.length)];
  if (item instanceof GoBytes || typeof item === "string") {
    const bytes = typeof item === "string" ? toBytes(item) : item.bytes;
    const at = checkedIndex(index, bytes.length - 1, bytes.length);
    return new GoInt(types.uint8, BigInt(bytes[at] as number));
  }
  throw functionError(`can't index item of type ${typeOf(item).name}`);
}

function mapKey(index: GoValue): string {
  if (index === undefined || index === null) throw functionError("value is nil; should be of type string");
  if (typeof index !== "string") throw functionError(`value has type ${typeOf(index).name}; should be string`);
  return index;
}

/** An index as a number; `limit` is what Go checks here, `last` what it panics beyond. */
function checkedIndex(index: GoValue, last: number, limit: number): number {
  if (index === undefined || index === null) throw functionError("cannot index slice/array with nil");
  const isWhole = index instanceof GoInt && (isSignedKind(index.type.kind) || isUnsignedKind(index.type.kind));
  if (!isWhole) throw functionError(`cannot index slice/array with type ${typeOf(index).name}`);
  const at = Number(index.value);
  if (at < 0 || at > limit) throw functionError(`index out of range: ${index.value}`);
  if (at > last) throw functionError("reflect: slice index out of range");
  return at;
}

function sliced(item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw functionError("slice of untyped nil");
  if (indexes.length > 3) throw functionError(`too many slice indexes: ${indexes.length}`);
  const isText = typeof item === "string";
  if (isText && indexes.length === 3) throw functionError("cannot 3-index slice a string");
  const size = isText ? byteLength(item) : item instanceof GoMap ? undefined : lengthOf(item);
  if (size === undefined) throw functionError(`can't slice item of type ${typeOf(item).name}`);
  const numbers = indexes.map((index) => checkedIndex(index, size, size));
  const [start = 0, end = size, max] = numbers;
  if (start > end) throw functionError(`invalid slice index: ${start} > ${end}`);
  if (max !== undefined && end > max) throw functionError(`invalid slice index: ${end} > ${max}`);
  if (isText) return sliceBytes(item, start, end);
  if (item instanceof GoBytes) return new GoBytes(item.bytes.subarray(start, end));
  return new GoList((item as GoList).items.slice(start, end), (item as GoList).type);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": "\ufffd",
};

function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (char) => htmlEscapes[char] as string);
}

const jsEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

function escapeJs(text: string): string {
  return Array.from(text, (char) => {
    const known = jsEscapes[char];
    if (known !== undefined) return known;
    const code = char.codePointAt(0) as number;
    const hex = code.toString(16).toUpperCase();
    if (code < 0x20) return `\\u00${hex.padStart(2, "0")}`;
    if (code < 0x80) return char;
    if (code >= 0xd800 && code <= 0xdfff) return "\\uFFFD";
    return isPrint(char) ? char : `\\u${hex.padStart(4, "0")}`;
  }).join("");
}
