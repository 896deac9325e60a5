import { utf8Decode } from "../../platform/bytes.js";

/** The text of bytes in UTF-8, or UTF-16 with a byte order mark; the reason in go-yaml's words when they are neither. */
export function decodeBytes(
  bytes: Uint8Array,
): { readonly text: string } | { readonly problem: string; readonly offset: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, true);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, false);
  const text = utf8Decode(bytes);
  return text === undefined ? firstUtf8Problem(bytes) : { text };
}

function decodeUtf16(bytes: Uint8Array, littleEndian: boolean): ReturnType<typeof decodeBytes> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length % 2 !== 0) return { problem: "incomplete UTF-16 character", offset: bytes.length - 1 };
  const parts: string[] = [];
  const units: number[] = [];
  for (let offset = 2; offset < bytes.length; offset += 2) {
    const unit = view.getUint16(offset, littleEndian);
    const previous = units[units.length - 1] ?? 0;
    const afterHigh = (previous & 0xfc00) === 0xd800;
    if ((unit & 0xfc00) === 0xdc00 && !afterHigh) return { problem: "unexpected low surrogate area", offset };
    if ((unit & 0xfc00) !== 0xdc00 && afterHigh) return { problem: "expected low surrogate area", offset };
    units.push(unit);
    if (units.length >= 8192 && (unit & 0xfc00) !== 0xd800) parts.push(String.fromCharCode(...units.splice(0)));
  }
  return { text: parts.join("") + String.fromCharCode(...units) };
}

function firstUtf8Problem(bytes: Uint8Array): ReturnType<typeof decodeBytes> {
  let offset = 0;
  while (offset < bytes.length) {
    const octet = bytes[offset] as number;
    const width = octet < 0x80 ? 1 : (octet & 0xe0) === 0xc0 ? 2 : (octet & 0xf0) === 0xe0 ? 3 : (octet & 0xf8) === 0xf0 ? 4 : 0;
    if (width === 0) return { problem: "invalid leading UTF-8 octet", offset };
    if (offset + width > bytes.length) return { problem: "incomplete UTF-8 octet sequence", offset };
    let value = width === 1 ? octet : octet & (0x7f >> width);
    for (let index = 1; index < width; index++) {
      const next = bytes[offset + index] as number;
      if ((next & 0xc0) !== 0x80) return { problem: "invalid trailing UTF-8 octet", offset: offset + index };
      value = value * 64 + (next & 0x3f);
    }
    if (value < ([0, 0, 0x80, 0x800, 0x10000][width] as number)) return { problem: "invalid length of a UTF-8 sequence", offset };
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) return { problem: "invalid Unicode character", offset };
    offset += width;
  }
  return { problem: "invalid UTF-8", offset };
}
