import { fromBytes, isAscii, toBytes } from "./text.js";

/*
 * A byte string holds one byte per character (U+0000–U+00FF): what Go code sees that walks over `s[i]`.
 */

export function toByteString(text: string): string {
  if (isAscii(text)) return text;
  let out = "";
  for (const byte of toBytes(text)) out += String.fromCharCode(byte);
  return out;
}

export function fromByteString(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  return fromBytes(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}
