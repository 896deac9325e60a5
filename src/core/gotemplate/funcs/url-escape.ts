import { toBytes } from "../value/text.js";

const unreserved = /[A-Za-z0-9\-_.~]/;

/** url.QueryEscape */
export function queryEscape(text: string): string {
  return escapeBytes(text, (char) => unreserved.test(char)).replaceAll("%20", "+");
}

/** Percent-encodes every byte whose character is not kept. */
export function escapeBytes(text: string, keep: (char: string) => boolean): string {
  return Array.from(toBytes(text), (byte) => {
    const char = String.fromCharCode(byte);
    return byte < 0x80 && keep(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
