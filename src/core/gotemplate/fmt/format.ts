import { canonical, compareText, fromBytes, runes, toBytes } from "../value/text.js";
import { isSignedKind, types } from "../value/type.js";
import { GoBytes, GoComplex, GoInt, GoList, GoMap, GoObject, type GoValue, typeOf } from "../value/value.js";
import { monthNames, weekdayNames } from "./date-names.js";
import { durationText } from "./duration.js";
import { formatFloat } from "./float.js";
import { type Flags, padded, signedFloat, wholeNumber } from "./number.js";
import { quote, quoteCodePoint, quoteRune } from "./quote.js";

const noFlags: Flags = { plus: false, minus: false, sharp: false, space: false, zero: false, plusV: false, sharpV: false };

/** fmt.Sprint: blanks only between operands of which neither is a string. */
export function sprint(args: readonly GoValue[]): string {
  let out = "";
  let previousIsString = false;
  args.forEach((arg, index) => {
    const isString = typeof arg === "string";
    if (index > 0 && !isString && !previousIsString) out += " ";
    out += display(arg);
    previousIsString = isString;
  });
  return out;
}

/** fmt.Sprintln */
export function sprintln(args: readonly GoValue[]): string {
  return `${args.map(display).join(" ")}\n`;
}

/** `%v` */
export function display(value: GoValue): string {
  if (typeof value === "string") return value;
  return formatArg(value, "v", noFlags);
}

/** One value under one verb and its flags, with Go's `%!d(string=x)` where they do not fit. */
export function formatArg(value: GoValue, verb: string, flags: Flags): string {
  if (value === undefined || value === null) {
    return verb === "v" ? padded("<nil>", flags) : verb === "T" ? padded("<nil>", flags) : badVerb(value, verb, flags);
  }
  if (verb === "T") return padded(typeOf(value).name, flags);
  if (verb === "p") return badVerb(value, verb, flags);
  return formatValue(value, verb, flags, 0);
}

function badVerb(value: GoValue, verb: string, flags: Flags): string {
  if (value === undefined || value === null) return `%!${verb}(<nil>)`;
  return `%!${verb}(${typeOf(value).name}=${formatValue(value, "v", { ...flags, erroring: true }, 0)})`;
}

function formatValue(value: GoValue, verb: string, flags: Flags, depth: number): string {
  switch (typeof value) {
    case "undefined":
      return verb === "v" ? "<nil>" : badVerb(value, verb, flags);
    case "boolean":
      return verb === "t" || verb === "v" ? padded(String(value), flags) : badVerb(value, verb, flags);
    case "string":
      return formatString(value, verb, flags) ?? badVerb(value, verb, flags);
    case "number":
      return formatNumber(value, verb, flags) ?? badVerb(value, verb, flags);
  }
  if (value === null) return flags.sharpV ? "interface {}(nil)" : "<nil>";
  const text = stringer(value, verb, flags);
  if (text !== undefined) return formatString(text, verb, flags) as string;
  if (value instanceof GoInt) return formatInt(value, verb, flags) ?? badVerb(value, verb, flags);
  if (value instanceof GoComplex) return formatComplex(value, verb, flags) ?? badVerb(value, verb, flags);
  if (value instanceof GoBytes) return formatBytes(value, verb, flags, depth);
  if (value instanceof GoMap) return formatMap(value, verb, flags, depth);
  if (value instanceof GoList) return formatList(value, verb, flags, depth);
  return formatObject(value, verb, flags, depth);
}

/** fmt.Stringer and error, for the verbs that ask for text. */
function stringer(
  value: GoInt | GoComplex | GoBytes | GoMap | GoList | GoObject,
  verb: string,
  flags: Flags,
): string | undefined {
  if (flags.erroring || flags.sharpV || !/^[vsxXq]$/.test(verb)) return undefined;
  if (value instanceof GoInt && value.type === types.duration) return durationText(value.value);
  if (value instanceof GoInt && value.type === types.month) return monthNames[Number(value.value) - 1];
  if (value instanceof GoInt && value.type === types.weekday) return weekdayNames[Number(value.value)];
  return value instanceof GoObject ? value.text() : undefined;
}

function formatString(value: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      return flags.sharpV ? quoted(value, flags) : padded(truncated(value, flags), flags);
    case "s":
      return padded(truncated(value, flags), flags);
    case "q":
      return quoted(truncated(value, flags), flags);
    case "x":
    case "X":
      return hexBytes(toBytes(value), verb, flags);
    default:
      return undefined;
  }
}

function truncated(value: string, flags: Flags): string {
  return flags.precision === undefined ? value : runes(value).slice(0, flags.precision).join("");
}

function quoted(value: string, flags: Flags): string {
  if (flags.sharp && /^[^`\x00-\x08\x0a-\x1f\x7f\ufeff\udc80-\udcff]*$/u.test(value)) return padded(`\`${value}\``, flags);
  return padded(quote(value, flags.plus), flags);
}

function hexBytes(bytes: Uint8Array, verb: "x" | "X", flags: Flags): string {
  const cut = flags.precision !== undefined && flags.precision < bytes.length ? bytes.subarray(0, flags.precision) : bytes;
  if (cut.length === 0) return padded("", { ...flags, zero: false });
  const pairs = Array.from(cut, (byte) => byte.toString(16).padStart(2, "0"));
  const prefix = flags.sharp ? "0x" : "";
  const text = flags.space ? pairs.map((pair) => prefix + pair).join(" ") : prefix + pairs.join("");
  return padded(verb === "X" ? text.toUpperCase() : text, flags);
}

function formatNumber(value: number, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      return signedFloat(formatFloat(value, "g", flags.precision ?? -1), "g", flags, value);
    case "b":
    case "g":
    case "G":
    case "x":
    case "X":
      return signedFloat(formatFloat(value, verb, flags.precision ?? -1), verb, flags, value);
    case "e":
    case "E":
    case "f":
    case "F":
      return signedFloat(formatFloat(value, verb, flags.precision ?? 6), verb, flags, value);
    default:
      return undefined;
  }
}

function formatComplex(value: GoComplex, verb: string, flags: Flags): string | undefined {
  const real = formatNumber(value.real, verb, flags);
  const imaginary = formatNumber(value.imaginary, verb, { ...flags, plus: true });
  return real === undefined || imaginary === undefined ? undefined : `(${real}${imaginary}i)`;
}

function formatInt(value: GoInt, verb: string, flags: Flags): string | undefined {
  const isSigned = isSignedKind(value.type.kind);
  switch (verb) {
    case "v":
      return flags.sharpV && !isSigned ? `0x${value.value.toString(16)}` : wholeNumber(value.value, 10, verb, flags);
    case "d":
      return wholeNumber(value.value, 10, verb, flags);
    case "b":
      return wholeNumber(value.value, 2, verb, flags);
    case "o":
    case "O":
      return wholeNumber(value.value, 8, verb, flags);
    case "x":
    case "X":
      return wholeNumber(value.value, 16, verb, flags);
    case "c":
      return padded(String.fromCodePoint(validCode(value.value)), flags);
    case "q":
      return padded(quoteCodePoint(validCode(value.value), flags.plus), flags);
    case "U":
      return padded(unicode(value.value, flags), { ...flags, zero: false });
    default:
      return undefined;
  }
}

function validCode(value: bigint): number {
  const isValid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn);
  return isValid ? Number(value) : 0xfffd;
}

function unicode(value: bigint, flags: Flags): string {
  const hex = BigInt.asUintN(64, value).toString(16).toUpperCase();
  const text = `U+${hex.padStart(Math.max(4, flags.precision ?? 4), "0")}`;
  if (!flags.sharp || value < 0n || value > 0x10ffffn) return text;
  return quoteRune(String.fromCodePoint(validCode(value))).replace(/^U\+[0-9A-F]+/, text);
}

function formatBytes(value: GoBytes, verb: string, flags: Flags, depth: number): string {
  switch (verb) {
    case "v":
    case "d":
      if (flags.sharpV) return `[]byte{${Array.from(value.bytes, (byte) => `0x${byte.toString(16)}`).join(", ")}}`;
      // Charts print their whole context, files included: megabytes of bytes, each a number.
      if (isPlain(flags)) return `[${value.bytes.join(" ")}]`;
      return `[${Array.from(value.bytes, (byte) => wholeNumber(BigInt(byte), 10, verb, flags)).join(" ")}]`;
    case "s":
      return padded(truncated(fromBytes(value.bytes), flags), flags);
    case "q":
      return quoted(truncated(fromBytes(value.bytes), flags), flags);
    case "x":
    case "X":
      return hexBytes(value.bytes, verb, flags);
  }
  const items = Array.from(value.bytes, (byte) => formatValue(new GoInt(types.uint8, BigInt(byte)), verb, flags, depth + 1));
  return `[${items.join(" ")}]`;
}

function isPlain({ width, precision, plus, space }: Flags): boolean {
  return width === undefined && precision === undefined && !plus && !space;
}

function formatMap(value: GoMap, verb: string, flags: Flags, depth: number): string {
  if (flags.sharpV && value.isNil) return `${value.type.name}(nil)`;
  const keys = [...value.entries.keys()].sort(compareText);
  const items = keys.map((key) => {
    const item = formatValue(value.entries.get(key), verb, flags, depth + 1);
    return `${formatValue(key, verb, flags, depth + 1)}:${item}`;
  });
  return flags.sharpV ? `${value.type.name}{${items.join(", ")}}` : `map[${items.join(" ")}]`;
}

function formatList(value: GoList, verb: string, flags: Flags, depth: number): string {
  if (flags.sharpV && value.isNil) return `${value.type.name}(nil)`;
  const items = value.items.map((item) => formatValue(item, verb, flags, depth + 1));
  return flags.sharpV ? `${value.type.name}{${items.join(", ")}}` : `[${items.join(" ")}]`;
}

function formatObject(value: GoObject, verb: string, flags: Flags, depth: number): string {
  const isPointer = value.type.kind === "ptr";
  if (isPointer && depth > 0) return /^[vpbodxX]$/.test(verb) ? "0xc000010000" : badVerb(value, verb, flags);
  const named = flags.plusV || flags.sharpV;
  const items = value.fields().map(([name, item]) => (named ? `${name}:` : "") + formatValue(item, verb, flags, depth + 1));
  const type = flags.sharpV ? value.type.name.replace(/^\*/, "") : "";
  return `${isPointer ? "&" : ""}${type}{${items.join(flags.sharpV ? ", " : " ")}}`;
}

/** Concatenation of formatted pieces may complete characters that were cut in two. */
export function joined(pieces: readonly string[]): string {
  return canonical(pieces.join(""));
}
