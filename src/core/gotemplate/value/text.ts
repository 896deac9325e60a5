import { utf8Decode, utf8Encode } from "../../../platform/bytes.js";

/*
 * Go strings are bytes. Here they are JavaScript strings of code points, and a byte that is no part of valid UTF-8 is the lone
 * surrogate U+DC00 + byte, so that cutting inside a character, binary base64 and checksums stay exact.
 */

const ascii = /^[\x00-\x7f]*$/;
const escaped = /[\udc80-\udcff]/u;

export function isAscii(text: string): boolean {
  return ascii.test(text);
}

/** Length in bytes, Go's `len`. */
export function byteLength(text: string): number {
  if (isAscii(text)) return text.length;
  return toBytes(text).length;
}

/** The bytes of a Go string. */
export function toBytes(text: string): Uint8Array {
  if (isWellFormed(text) || !escaped.test(text)) return utf8Encode(text);
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...utf8Encode(char));
  }
  return Uint8Array.from(bytes);
}

/** The Go string of `bytes`. */
export function fromBytes(bytes: Uint8Array): string {
  const valid = utf8Decode(bytes);
  if (valid !== undefined) return valid;
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const { code, size } = decodeRune(bytes, index);
    text += String.fromCodePoint(code);
    index += size;
  }
  return text;
}

/** One rune at `index`, an invalid byte as its surrogate with size 1 (utf8.DecodeRune). */
function decodeRune(bytes: Uint8Array, index: number): { code: number; size: number } {
  const first = bytes[index] as number;
  if (first < 0x80) return { code: first, size: 1 };
  const invalid = { code: 0xdc00 + first, size: 1 };
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || index + size > bytes.length) return invalid;
  let code = first & (0xff >> (size + 1));
  for (let offset = 1; offset < size; offset++) {
    const next = bytes[index + offset] as number;
    if ((next & 0xc0) !== 0x80) return invalid;
    code = (code << 6) | (next & 0x3f);
  }
  const tooLong = size === 3 ? code < 0x800 : size === 4 && code < 0x10000;
  if (tooLong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return invalid;
  return { code, size };
}

/** `text[start:end]` in bytes. */
export function sliceBytes(text: string, start: number, end: number): string {
  if (isAscii(text)) return text.slice(start, end);
  return fromBytes(toBytes(text).subarray(start, end));
}

/** Text for output: bytes that are not UTF-8 become U+FFFD. */
export function toOutput(text: string): string {
  if (isWellFormed(text) || !escaped.test(text)) return text;
  return canonical(text).replace(/[\udc80-\udcff]/gu, "\ufffd");
}

/** ES2024's `isWellFormed`, which looks at two-byte strings only; where it is missing, the slow way tells. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed?: () => boolean }).isWellFormed?.() ?? false;
}

/** Joins escaped halves again after concatenation: the canonical form of a Go string. */
export function canonical(text: string): string {
  return !isWellFormed(text) && escaped.test(text) ? fromBytes(toBytes(text)) : text;
}

/** The runes of a string; an invalid byte is one rune (U+FFFD in Go, kept here as its escape). */
export function runes(text: string): string[] {
  return Array.from(text);
}

/** Order of Go strings: by bytes, which is by code points. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    let left = a.charCodeAt(index);
    let right = b.charCodeAt(index);
    if (left === right) continue;
    if (left >= 0xd800 || right >= 0xd800) {
      if (left >= 0xdc80 && left <= 0xdcff && !isLowHalf(a, index)) return compareRaw(a, b);
      if (right >= 0xdc80 && right <= 0xdcff && !isLowHalf(b, index)) return compareRaw(a, b);
      left = left >= 0xe000 ? left - 0x800 : left >= 0xd800 ? left + 0x2000 : left;
      right = right >= 0xe000 ? right - 0x800 : right >= 0xd800 ? right + 0x2000 : right;
    }
    return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

function isLowHalf(text: string, index: number): boolean {
  const before = text.charCodeAt(index - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

function compareRaw(a: string, b: string): number {
  const left = toBytes(a);
  const right = toBytes(b);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    if (left[index] !== right[index]) return (left[index] as number) < (right[index] as number) ? -1 : 1;
  }
  return Math.sign(left.length - right.length);
}
