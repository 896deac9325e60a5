import { atDocumentMarker, type Cursor, isBlank, isBlankOrEnd, isBreak, isHex, readBreak, scannerProblem } from "./cursor.js";

const SINGLE_QUOTE = 39;
const DOUBLE_QUOTE = 34;
const BACKSLASH = 92;

const SIMPLE_ESCAPES: { readonly [code: number]: string } = {
  48: "\0",
  97: "\x07",
  98: "\b",
  116: "\t",
  9: "\t",
  110: "\n",
  118: "\v",
  102: "\f",
  114: "\r",
  101: "\x1b",
  32: " ",
  34: '"',
  39: "'",
  92: "\\",
  78: "\x85",
  95: "\xa0",
  76: "\u2028",
  80: "\u2029",
};

const CODE_LENGTHS: { readonly [code: number]: number } = { 120: 2, 117: 4, 85: 8 };

/**
 * Reads the quoted scalar that begins at the cursor and leaves the cursor after the closing quote.
 * go-yaml: the text may continue at any indentation, also at its parent's own, but not with a document marker.
 */
export function scanQuoted(cursor: Cursor): string {
  const { src } = cursor;
  const start = cursor.pos;
  const quote = src.charCodeAt(start);
  cursor.pos += 1;
  let text = "";
  for (;;) {
    if (cursor.pos === cursor.lineStart && atDocumentMarker(src, cursor.pos))
      throw scannerProblem(cursor, start, "found unexpected document indicator");
    if (cursor.pos >= src.length) throw scannerProblem(cursor, start, "found unexpected end of stream");
    let leadingBlanks = false;
    let from = cursor.pos;
    let code = src.charCodeAt(cursor.pos);
    while (!isBlankOrEnd(code)) {
      if (code === quote) {
        if (quote === DOUBLE_QUOTE || src.charCodeAt(cursor.pos + 1) !== SINGLE_QUOTE) break;
        text += src.slice(from, cursor.pos + 1);
        cursor.pos += 2;
        from = cursor.pos;
      } else if (code === BACKSLASH && quote === DOUBLE_QUOTE) {
        text += src.slice(from, cursor.pos);
        if (isBreak(src.charCodeAt(cursor.pos + 1))) {
          cursor.pos += 1;
          readBreak(cursor);
          from = cursor.pos;
          leadingBlanks = true;
          break;
        }
        text += readEscape(cursor, start);
        from = cursor.pos;
      } else cursor.pos += 1;
      code = src.charCodeAt(cursor.pos);
    }
    text += src.slice(from, cursor.pos);
    if (src.charCodeAt(cursor.pos) === quote) break;
    text += readWhitespace(cursor, leadingBlanks);
  }
  cursor.pos += 1;
  return text;
}

function readEscape(cursor: Cursor, start: number): string {
  const { src } = cursor;
  const kind = src.charCodeAt(cursor.pos + 1);
  const simple = SIMPLE_ESCAPES[kind];
  if (simple !== undefined) {
    cursor.pos += 2;
    return simple;
  }
  const length = CODE_LENGTHS[kind];
  if (length === undefined) throw scannerProblem(cursor, start, "found unknown escape character");
  cursor.pos += 2;
  let value = 0;
  for (let index = 0; index < length; index++) {
    const digit = src.charCodeAt(cursor.pos + index);
    if (!isHex(digit)) throw scannerProblem(cursor, start, "did not find expected hexdecimal number");
    value = value * 16 + Number.parseInt(src[cursor.pos + index] as string, 16);
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    throw scannerProblem(cursor, start, "found invalid Unicode character escape code");
  cursor.pos += length;
  return String.fromCodePoint(value);
}

/** Blanks within a line are kept; around line breaks they fold: one break is a space, n breaks are n-1 breaks. */
function readWhitespace(cursor: Cursor, afterEscapedBreak: boolean): string {
  const { src } = cursor;
  let folding = afterEscapedBreak;
  let whitespace = "";
  let first = "";
  let rest = "";
  for (let code = src.charCodeAt(cursor.pos); isBlank(code) || isBreak(code); code = src.charCodeAt(cursor.pos)) {
    if (isBlank(code)) {
      if (!folding) whitespace += src[cursor.pos];
      cursor.pos += 1;
    } else if (folding) rest += readBreak(cursor);
    else {
      first = readBreak(cursor);
      folding = true;
    }
  }
  if (!folding) return whitespace;
  return foldBreaks(first, rest);
}

/** Joins the break that ended a line with the breaks of the empty lines after it. */
export function foldBreaks(first: string, rest: string): string {
  if (first !== "\n") return first + rest;
  return rest === "" ? " " : rest;
}
