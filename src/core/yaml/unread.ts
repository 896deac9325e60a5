import { utf8DecodeLossy, utf8Encode } from "../../platform/bytes.js";

/** Bytes that go-yaml reads and checks at once, those of a character that it had in part among them. */
const CHUNK = 512;

/**
 * The first document of a text with a character that `unreadable` finds, where go-yaml has not come to that character when it ends the
 * document; else undefined. It reads as far as the marker of the next one.
 */
export function documentBeforeUnread(text: string | Uint8Array, unreadable: RegExp): string | undefined {
  const bytes = typeof text === "string" ? utf8Encode(text) : text;
  const whole = utf8DecodeLossy(bytes);
  const found = unreadable.exec(whole);
  if (found === null) return undefined;
  const at = utf8Encode(whole.slice(0, found.index)).length;
  let start = 0;
  for (let end = chunkEnd(bytes, start); end <= at; end = chunkEnd(bytes, start)) start = end;
  const read = utf8DecodeLossy(bytes.subarray(0, start)).replace(/^\ufeff/, "");
  return firstDocumentOf(read.replace(/\r\n?/g, "\n"));
}

function chunkEnd(bytes: Uint8Array, start: number): number {
  let end = Math.min(start + CHUNK, bytes.length);
  while (end > start + 1 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}

/** What stands before the first marker behind some content; undefined where there is none with a blank behind it. */
function firstDocumentOf(read: string): string | undefined {
  let hasContent = false;
  let start = 0;
  for (let end = read.indexOf("\n"); end >= 0; end = read.indexOf("\n", start)) {
    const line = read.slice(start, end);
    const isMarker = /^(?:---|\.\.\.)(?:[ \t]|$)/.test(line);
    if (isMarker && hasContent) return read.slice(0, start);
    if (!isMarker || /^--- *[^ #]/.test(line)) hasContent ||= !/^\s*(?:#|%|$)/.test(line);
    start = end + 1;
  }
  return undefined;
}
