import { base64Encode } from "../../../platform/bytes.js";
import { hashHex } from "../../../platform/hash.js";
import { functionError } from "../errors.js";
import { type FunctionTable, fn } from "../function.js";
import { fromBytes, toBytes } from "../value/text.js";

/** sprig's base64, base32 and checksums. Decoding errors come back as text, as in the original. */
export const encodingFunctions: FunctionTable = {
  b64enc: fn("string", (text) => base64Encode(toBytes(text))),
  b64dec: fn("string", (text) => {
    const decoded = decodeBase64(text);
    return typeof decoded === "number" ? `illegal base64 data at input byte ${decoded}` : fromBytes(decoded);
  }),
  b32enc: fn("string", (text) => encodeBase32(toBytes(text))),
  b32dec: fn("string", (text) => {
    const decoded = decodeBase32(text);
    return typeof decoded === "number" ? `illegal base32 data at input byte ${decoded}` : fromBytes(decoded);
  }),
  sha1sum: fn("string", (text) => hashHex("sha1", toBytes(text))),
  sha256sum: fn("string", (text) => hashHex("sha256", toBytes(text))),
  sha512sum: fn("string", (text) => hashHex("sha512", toBytes(text))),
  adler32sum: fn("string", (text) => String(adler32(toBytes(text)))),
};

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

const alphabet64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const alphabet32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** base64.StdEncoding.DecodeString: the bytes, or the offset of the first illegal byte. */
export function decodeBase64(text: string): Uint8Array | number {
  const input = toBytes(text);
  const out: number[] = [];
  let group: number[] = [];
  let at = 0;
  const skipBreaks = () => {
    while (at < input.length && (input[at] === 10 || input[at] === 13)) at++;
  };
  for (;;) {
    skipBreaks();
    if (at >= input.length) {
      if (group.length === 0) return Uint8Array.from(out);
      return at - group.length;
    }
    const char = String.fromCharCode(input[at] as number);
    const value = alphabet64.indexOf(char);
    if (value >= 0) {
      group.push(value);
      at++;
      if (group.length === 4) {
        pushGroup(out, group);
        group = [];
      }
      continue;
    }
    if (char !== "=" || group.length < 2) return at;
    at++;
    if (group.length === 2) {
      skipBreaks();
      if (at >= input.length) return input.length;
      if (input[at] !== 61) return at;
      at++;
    }
    skipBreaks();
    if (at < input.length) return at;
    pushGroup(out, group);
    return Uint8Array.from(out);
  }
}

function pushGroup(out: number[], group: readonly number[]): void {
  const [a = 0, b = 0, c = 0, d = 0] = group;
  const bytes = [(a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d];
  out.push(...bytes.slice(0, group.length - 1));
}

function encodeBase32(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 5) {
    const part = bytes.subarray(at, at + 5);
    let bits = 0n;
    for (let index = 0; index < 5; index++) bits = (bits << 8n) | BigInt(part[index] ?? 0);
    let chars = "";
    for (let index = 7; index >= 0; index--) chars += alphabet32[Number((bits >> BigInt(5 * index)) & 31n)];
    const used = Math.ceil((part.length * 8) / 5);
    out += chars.slice(0, used).padEnd(8, "=");
  }
  return out;
}

/** base32.StdEncoding.DecodeString: the bytes, or the offset of the first illegal byte. */
function decodeBase32(text: string): Uint8Array | number {
  const input = toBytes(text.replace(/[\r\n]/g, ""));
  const out: number[] = [];
  for (let at = 0; at < input.length; at += 8) {
    const group: number[] = [];
    let index = 0;
    for (; index < 8; index++) {
      if (at + index >= input.length) return at;
      const char = String.fromCharCode(input[at + index] as number);
      if (char === "=" && index >= 2) break;
      const value = alphabet32.indexOf(char);
      if (value < 0) return at + index;
      group.push(value);
    }
    if (index < 8) {
      for (let pad = index; pad < 8; pad++) {
        if (at + pad >= input.length) return input.length;
        if (input[at + pad] !== 61) return at + pad;
      }
      if (at + 8 < input.length) return at + 8;
      if (index === 1 || index === 3 || index === 6) return at + index;
    }
    let bits = 0n;
    for (let position = 0; position < 8; position++) bits = (bits << 5n) | BigInt(group[position] ?? 0);
    const count = Math.floor((group.length * 5) / 8);
    for (let byte = 0; byte < count; byte++) out.push(Number((bits >> BigInt(8 * (4 - byte))) & 255n));
  }
  return Uint8Array.from(out);
}

export { functionError };
