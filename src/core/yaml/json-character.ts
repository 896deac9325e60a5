import { utf8Encode } from "../../platform/bytes.js";

/** An offending character as encoding/json quotes it: it looks at bytes, so of a longer character it shows the first one. */
export function quoteJsonCharacter(codePoint: number): string {
  const byte = codePoint < 0x80 ? codePoint : (utf8Encode(String.fromCodePoint(codePoint))[0] as number);
  if (byte === 39) return "'\\''";
  return byte === 34 ? `'"'` : `'${printable(byte)}'`;
}

const escapes: ReadonlyMap<number, string> = new Map([
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
  [92, "\\\\"],
]);

function printable(byte: number): string {
  const escaped = escapes.get(byte);
  if (escaped !== undefined) return escaped;
  return byte < 0x20 || byte === 0x7f ? `\\x${byte.toString(16).padStart(2, "0")}` : String.fromCodePoint(byte);
}
