import { gunzipSync, gzipSync } from "node:zlib";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8 bytes of `text`. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 `bytes`, or undefined when they are not valid UTF-8. A byte order mark is kept. */
export function utf8Decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text of `bytes` with invalid sequences replaced by U+FFFD. */
export function utf8DecodeLossy(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** Standard base64 with padding. */
export function base64Encode(input: string | Uint8Array): string {
  return Buffer.from(input as Uint8Array).toString("base64");
}

/** Bytes of standard base64, or undefined when `text` is not strictly that (line breaks are allowed, as in Go). */
export function base64Decode(text: string): Uint8Array | undefined {
  const compact = text.replace(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  return new Uint8Array(Buffer.from(compact, "base64"));
}

/** gzip with a fixed header, so that equal input gives equal bytes. */
export function gzip(input: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(input, { level: 6 }));
}

const smallestChunk = 16 * 1024;
const largestChunk = 16 * 1024 * 1024;

/** Inflates gzip data; throws a RangeError past `maxBytes`. */
export function gunzip(input: Uint8Array, maxBytes: number): Uint8Array {
  // The last four bytes tell the length: a buffer of that size is filled at once. Where they lie, it only takes more steps.
  const tail = input.length < 4 ? 0 : new DataView(input.buffer, input.byteOffset + input.length - 4).getUint32(0, true);
  const chunkSize = Math.min(Math.max(tail + 1, smallestChunk), largestChunk, maxBytes + 1);
  const inflated = gunzipSync(input, { maxOutputLength: maxBytes, chunkSize });
  return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.byteLength);
}
