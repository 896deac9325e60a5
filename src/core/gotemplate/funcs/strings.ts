import { functionError } from "../errors.js";
import { display } from "../fmt/format.js";
import { sprintf } from "../fmt/printf.js";
import { quote } from "../fmt/quote.js";
import { type FunctionTable, fn } from "../function.js";
import { fromByteString, toByteString } from "../value/binary.js";
import { parseGoInt } from "../value/number-syntax.js";
import { byteLength, canonical, compareText, runes, sliceBytes } from "../value/text.js";
import { types } from "../value/type.js";
import { toLower, toUpper, trimSpace } from "../value/unicode.js";
import { GoMap, int, strings } from "../value/value.js";
import { itemsOf, textOf, textsOf } from "./convert.js";
import { abbreviate, camelCase, initials, noSpace, separated, swapCase, title, untitle, wrap } from "./words.js";

const maxRepeat = 64 * 1024 * 1024;

/** sprig's string functions. */
export const stringFunctions: FunctionTable = {
  hello: fn("", () => "Hello!"),
  abbrev: fn("int string", (width, text) => (width < 4 ? text : abbreviate(text, 0, width))),
  abbrevboth: fn("int int string", (left, right, text) =>
    right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right),
  ),
  trunc: fn("int string", truncate),
  trim: fn("string", trimSpace),
  upper: fn("string", toUpper),
  lower: fn("string", toLower),
  title: fn("string", title),
  untitle: fn("string", untitle),
  substr: fn("int int string", substring),
  repeat: fn("int string", function (count, text) {
    if (count < 0) throw functionError("strings: negative Repeat count");
    if (count * text.length > maxRepeat) throw functionError("strings: Repeat output length overflow");
    this.spend(Math.ceil((count * text.length) / 64));
    return text.repeat(count);
  }),
  trimall: fn("string string", (cutset, text) => trimCutset(text, cutset)),
  trimAll: fn("string string", (cutset, text) => trimCutset(text, cutset)),
  trimSuffix: fn("string string", (suffix, text) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  trimPrefix: fn("string string", (prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  nospace: fn("string", noSpace),
  initials: fn("string", initials),
  swapcase: fn("string", swapCase),
  snakecase: fn("string", (text) => separated(text, "_")),
  kebabcase: fn("string", (text) => separated(text, "-")),
  camelcase: fn("string", camelCase),
  wrap: fn("int string", (width, text) => wrap(text, width, "", false)),
  wrapWith: fn("int string string", (width, newline, text) => wrap(text, width, newline, true)),
  contains: fn("string string", (part, text) => text.includes(part)),
  hasPrefix: fn("string string", (prefix, text) => text.startsWith(prefix)),
  hasSuffix: fn("string string", (suffix, text) => text.endsWith(suffix)),
  quote: fn("...any", (...args) =>
    args
      .filter((arg) => arg !== null && arg !== undefined)
      .map((arg) => quote(textOf(arg)))
      .join(" "),
  ),
  squote: fn("...any", (...args) =>
    args
      .filter((arg) => arg !== null && arg !== undefined)
      .map((arg) => `'${display(arg)}'`)
      .join(" "),
  ),
  cat: fn("...any", (...args) => {
    const present = args.filter((arg) => arg !== null && arg !== undefined);
    return sprintf(present.map(() => "%v").join(" "), present);
  }),
  indent: fn("int string", (spaces, text) => indent(spaces, text)),
  nindent: fn("int string", (spaces, text) => `\n${indent(spaces, text)}`),
  replace: fn("string string string", (from, to, text) => replaceAll(text, from, to)),
  plural: fn("string string int", (one, many, count) => (count === 1 ? one : many)),
  toString: fn("any", textOf),
  toStrings: fn("any", (list) => strings(textsOf(list))),
  split: fn("string string", (separator, text) => numbered(splitText(text, separator))),
  splitn: fn("string int string", (separator, count, text) => numbered(splitN(text, separator, count))),
  splitList: fn("string string", (separator, text) => strings(splitText(text, separator))),
  join: fn("string any", (separator, list) => canonical(textsOf(list).join(separator))),
  sortAlpha: fn("any", (list) => strings(itemsOf(list) ? textsOf(list).sort(compareText) : [textOf(list)])),
  atoi: fn("string", (text) => {
    const parsed = parseGoInt(text, 10);
    return int(parsed.kind === "ok" ? parsed.value : parsed.kind === "range" ? parsed.nearest : 0);
  }),
};

function truncate(count: number, text: string): string {
  const size = byteLength(text);
  if (count < 0 && size + count > 0) return sliceBytes(text, size + count, size);
  return count >= 0 && size > count ? sliceBytes(text, 0, count) : text;
}

function substring(start: number, end: number, text: string): string {
  const size = byteLength(text);
  if (start < 0) return sliceChecked(text, 0, end, size, "end");
  if (end < 0 || end > size) return sliceChecked(text, start, size, size, "start");
  return sliceChecked(text, start, end, size, "both");
}

/** `text[start:end]` with the panics of Go. */
function sliceChecked(text: string, start: number, end: number, size: number, given: "start" | "end" | "both"): string {
  const range = (shown: string) => functionError(`runtime error: slice bounds out of range ${shown}`);
  if (end < 0) throw range(`[:${end}]`);
  if (end > size) throw range(`[:${end}] with length ${size}`);
  if (start > end) throw range(given === "start" ? `[${start}:${size}]` : `[${start}:${end}]`);
  return sliceBytes(text, start, end);
}

function trimCutset(text: string, cutset: string): string {
  const cut = new Set(runes(cutset));
  const chars = runes(text);
  let start = 0;
  let end = chars.length;
  while (start < end && cut.has(chars[start] as string)) start++;
  while (end > start && cut.has(chars[end - 1] as string)) end--;
  return chars.slice(start, end).join("");
}

function indent(spaces: number, text: string): string {
  if (spaces < 0) throw functionError("strings: negative Repeat count");
  if (spaces > maxRepeat) throw functionError("strings: Repeat output length overflow");
  const pad = " ".repeat(spaces);
  return pad + text.replaceAll("\n", `\n${pad}`);
}

function replaceAll(text: string, from: string, to: string): string {
  if (from !== "") return canonical(text.replaceAll(from, () => to));
  return (
    to +
    runes(text)
      .map((char) => char + to)
      .join("")
  );
}

/** strings.Split: an empty separator splits into characters. */
export function splitText(text: string, separator: string): string[] {
  return separator === "" ? runes(text) : text.split(separator);
}

function splitN(text: string, separator: string, count: number): string[] {
  if (count === 0) return [];
  const parts = splitText(text, separator);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map(parts.map((part, index) => [`_${index}`, part])), types.stringMap);
}

export { fromByteString, toByteString };
