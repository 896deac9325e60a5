import { base64Decode, base64Encode, utf8Encode } from "../../../platform/bytes.js";

/*
 * DER, as far as certificates need it.
 */

export function derElement(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(parts);
  return concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return derElement(0x30, ...parts);
}

export function set(...parts: readonly Uint8Array[]): Uint8Array {
  return derElement(0x31, ...parts);
}

/** A non-negative integer. */
export function integer(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const padded = hex.length % 2 === 1 ? `0${hex}` : hex;
  const bytes = Uint8Array.from(padded.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return derElement(0x02, (bytes[0] as number) >= 0x80 ? concat([Uint8Array.of(0), bytes]) : bytes);
}

export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return derElement(0x06, Uint8Array.from(bytes));
}

/** PrintableString where the text allows it, else UTF8String. */
export function textString(text: string): Uint8Array {
  return derElement(/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? 0x13 : 0x0c, utf8Encode(text));
}

export function octets(bytes: Uint8Array): Uint8Array {
  return derElement(0x04, bytes);
}

export function bits(bytes: Uint8Array, unused = 0): Uint8Array {
  return derElement(0x03, Uint8Array.of(unused), bytes);
}

export const derTrue = derElement(0x01, Uint8Array.of(0xff));
export const derNull = derElement(0x05);

/** UTCTime up to 2049, GeneralizedTime after. */
export function time(milliseconds: number): Uint8Array {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  const year = Number(text.slice(0, 4));
  return year >= 1950 && year < 2050 ? derElement(0x17, utf8Encode(text.slice(2))) : derElement(0x18, utf8Encode(text));
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let left = length; left > 0; left >>>= 8) bytes.unshift(left & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

export interface DerNode {
  readonly tag: number;
  /** The element with its header. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

/** The elements in `bytes`; undefined where they are damaged. */
export function readDer(bytes: Uint8Array): DerNode[] | undefined {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    let length = bytes[at + 1];
    let start = at + 2;
    if (length === undefined) return undefined;
    if (length >= 0x80) {
      const count = length & 0x7f;
      length = 0;
      for (let index = 0; index < count; index++) length = length * 256 + (bytes[start + index] ?? 0);
      start += count;
    }
    if (start + length > bytes.length) return undefined;
    nodes.push({ tag, whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return nodes;
}

export function pem(type: string, bytes: Uint8Array): string {
  const lines = base64Encode(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join("\n")}\n-----END ${type}-----\n`;
}

/** The first PEM block of a text. */
export function readPem(text: string): { readonly type: string; readonly bytes: Uint8Array } | undefined {
  const match = /-----BEGIN ([^-\n]+)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/.exec(text);
  const bytes = match && base64Decode((match[2] as string).replace(/\s/g, ""));
  return match && bytes ? { type: match[1] as string, bytes } : undefined;
}
