import {
  type Cursor,
  isBlank,
  isBlankOrEnd,
  isBreakOrEnd,
  isHex,
  isWord,
  Problem,
  readBreak,
  scannerProblem,
  skipBlanks,
  skipComment,
} from "./cursor.js";

/** Reads the name after `&` or `*`. */
export function scanAnchorName(cursor: Cursor): string {
  const { src } = cursor;
  const start = cursor.pos;
  cursor.pos += 1;
  while (isWord(src.charCodeAt(cursor.pos))) cursor.pos += 1;
  const name = src.slice(start + 1, cursor.pos);
  const next = src[cursor.pos];
  if (name === "" || !(isBlankOrEnd(src.charCodeAt(cursor.pos)) || "?:,]}%@`".includes(next as string)))
    throw scannerProblem(cursor, start, "did not find expected alphabetic or numeric character");
  return name;
}

export interface TagToken {
  readonly handle: string;
  readonly suffix: string;
}

/** Reads `!<uri>`, `!suffix` or `!handle!suffix`. */
export function scanTag(cursor: Cursor): TagToken {
  const { src } = cursor;
  const start = cursor.pos;
  let handle = "";
  let suffix: string;
  if (src[cursor.pos + 1] === "<") {
    cursor.pos += 2;
    suffix = scanUri(cursor, start, "");
    if (src[cursor.pos] !== ">") throw scannerProblem(cursor, start, "did not find the expected '>'");
    cursor.pos += 1;
  } else {
    handle = scanHandle(cursor, start, false);
    if (handle.length > 1 && handle.endsWith("!")) suffix = scanUri(cursor, start, "");
    else {
      suffix = scanUri(cursor, start, handle);
      handle = "!";
      if (suffix === "") {
        handle = "";
        suffix = "!";
      }
    }
  }
  if (!isBlankOrEnd(src.charCodeAt(cursor.pos)))
    throw scannerProblem(cursor, start, "did not find expected whitespace or line break");
  return { handle, suffix };
}

function scanHandle(cursor: Cursor, start: number, inDirective: boolean): string {
  const { src } = cursor;
  if (src[cursor.pos] !== "!") throw scannerProblem(cursor, start, "did not find expected '!'");
  const from = cursor.pos;
  cursor.pos += 1;
  while (isWord(src.charCodeAt(cursor.pos))) cursor.pos += 1;
  if (src[cursor.pos] === "!") cursor.pos += 1;
  else if (inDirective && cursor.pos > from + 1) throw scannerProblem(cursor, start, "did not find expected '!'");
  return src.slice(from, cursor.pos);
}

function scanUri(cursor: Cursor, start: number, head: string): string {
  const { src } = cursor;
  let uri = head.slice(1);
  let found = head !== "";
  for (;;) {
    const code = src.charCodeAt(cursor.pos);
    if (code === 37) uri += scanEscapedCharacter(cursor, start);
    else if (isWord(code) || (cursor.pos < src.length && ";/?:@&=+$,.!~*'()[]".includes(src[cursor.pos] as string))) {
      uri += src[cursor.pos];
      cursor.pos += 1;
    } else break;
    found = true;
  }
  if (!found) throw scannerProblem(cursor, start, "did not find expected tag URI");
  return uri;
}

function scanEscapedCharacter(cursor: Cursor, start: number): string {
  const { src } = cursor;
  const octets: number[] = [];
  let remaining = 1;
  while (remaining > 0) {
    if (src[cursor.pos] !== "%" || !isHex(src.charCodeAt(cursor.pos + 1)) || !isHex(src.charCodeAt(cursor.pos + 2)))
      throw scannerProblem(cursor, start, "did not find URI escaped octet");
    const octet = Number.parseInt(src.slice(cursor.pos + 1, cursor.pos + 3), 16);
    if (octets.length === 0) {
      remaining = utf8Length(octet);
      if (remaining === 0) throw scannerProblem(cursor, start, "found an incorrect leading UTF-8 octet");
    } else if ((octet & 0xc0) !== 0x80) throw scannerProblem(cursor, start, "found an incorrect trailing UTF-8 octet");
    octets.push(octet);
    cursor.pos += 3;
    remaining -= 1;
  }
  return decodeURIComponentLossy(octets);
}

function utf8Length(octet: number): number {
  if (octet < 0x80) return 1;
  if ((octet & 0xe0) === 0xc0) return 2;
  if ((octet & 0xf0) === 0xe0) return 3;
  return (octet & 0xf8) === 0xf0 ? 4 : 0;
}

function decodeURIComponentLossy(octets: readonly number[]): string {
  try {
    return decodeURIComponent(octets.map((octet) => `%${octet.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    return "\ufffd";
  }
}

export type Directive =
  | { readonly kind: "version"; readonly major: number; readonly minor: number }
  | { readonly kind: "tag"; readonly handle: string; readonly prefix: string };

/** Reads a `%YAML` or `%TAG` line through its line break. */
export function scanDirective(cursor: Cursor): Directive {
  const { src } = cursor;
  const start = cursor.pos;
  cursor.pos += 1;
  const from = cursor.pos;
  while (isWord(src.charCodeAt(cursor.pos))) cursor.pos += 1;
  const name = src.slice(from, cursor.pos);
  if (name === "") throw scannerProblem(cursor, start, "could not find expected directive name");
  if (!isBlankOrEnd(src.charCodeAt(cursor.pos)))
    throw scannerProblem(cursor, start, "found unexpected non-alphabetical character");
  const directive = name === "YAML" ? scanVersion(cursor, start) : name === "TAG" ? scanTagDirective(cursor, start) : undefined;
  if (!directive) throw scannerProblem(cursor, start, "found unknown directive name");
  skipBlanks(cursor);
  if (src[cursor.pos] === "#") skipComment(cursor);
  if (!isBreakOrEnd(src.charCodeAt(cursor.pos)))
    throw scannerProblem(cursor, start, "did not find expected comment or line break");
  if (cursor.pos < src.length) readBreak(cursor);
  return directive;
}

function scanVersion(cursor: Cursor, start: number): Directive {
  skipBlanks(cursor);
  const major = scanVersionNumber(cursor, start);
  if (cursor.src[cursor.pos] !== ".") throw scannerProblem(cursor, start, "did not find expected digit or '.' character");
  cursor.pos += 1;
  return { kind: "version", major, minor: scanVersionNumber(cursor, start) };
}

function scanVersionNumber(cursor: Cursor, start: number): number {
  const from = cursor.pos;
  while (/[0-9]/.test(cursor.src[cursor.pos] ?? "")) {
    if (cursor.pos - from >= 2) throw scannerProblem(cursor, start, "found extremely long version number");
    cursor.pos += 1;
  }
  if (cursor.pos === from) throw scannerProblem(cursor, start, "did not find expected version number");
  return Number(cursor.src.slice(from, cursor.pos));
}

function scanTagDirective(cursor: Cursor, start: number): Directive {
  const { src } = cursor;
  skipBlanks(cursor);
  const handle = scanHandle(cursor, start, true);
  if (!isBlank(src.charCodeAt(cursor.pos))) throw scannerProblem(cursor, start, "did not find expected whitespace");
  skipBlanks(cursor);
  const prefix = scanUri(cursor, start, "");
  if (!isBlankOrEnd(src.charCodeAt(cursor.pos)))
    throw scannerProblem(cursor, start, "did not find expected whitespace or line break");
  return { kind: "tag", handle, prefix };
}

/** go-yaml: only version 1.1 may be declared. */
export function checkVersion(directive: Directive & { kind: "version" }, pos: number): void {
  if (directive.major !== 1 || directive.minor !== 1) throw new Problem("parser", "found incompatible YAML document", pos);
}
