import { atDocumentMarker, type Cursor, isBlank, isBlankOrEnd, isBreak, readBreak, scannerProblem, TAB } from "./cursor.js";
import { foldBreaks } from "./flow-scalar.js";

const HASH = 35;
const COLON = 58;

export interface PlainScalar {
  readonly text: string;
  /** The scalar was left at the start of a line, so a key may follow. */
  readonly endedAtLineStart: boolean;
}

/** Reads an unquoted scalar; continuation lines must be indented by at least `indent` columns outside of flow collections. */
export function scanPlain(cursor: Cursor, indent: number, inFlow: boolean): PlainScalar {
  const { src } = cursor;
  const start = cursor.pos;
  let text = "";
  let pending = "";
  let leadingBlanks = false;
  for (;;) {
    if (cursor.pos === cursor.lineStart && atDocumentMarker(src, cursor.pos)) break;
    if (src.charCodeAt(cursor.pos) === HASH) break;
    const from = cursor.pos;
    let code = src.charCodeAt(cursor.pos);
    while (!isBlankOrEnd(code) && !endsPlain(src, cursor.pos, code, inFlow)) {
      cursor.pos += 1;
      code = src.charCodeAt(cursor.pos);
    }
    if (cursor.pos > from) {
      text += pending + src.slice(from, cursor.pos);
      pending = "";
      leadingBlanks = false;
    }
    if (!isBlank(code) && !isBreak(code)) break;
    let whitespace = "";
    let first = "";
    let rest = "";
    for (; isBlank(code) || isBreak(code); code = src.charCodeAt(cursor.pos)) {
      if (isBreak(code)) {
        if (leadingBlanks) rest += readBreak(cursor);
        else {
          first = readBreak(cursor);
          leadingBlanks = true;
        }
        continue;
      }
      if (leadingBlanks && code === TAB && cursor.pos - cursor.lineStart < indent)
        throw scannerProblem(cursor, start, "found a tab character that violates indentation");
      if (!leadingBlanks) whitespace += src[cursor.pos];
      cursor.pos += 1;
    }
    pending = leadingBlanks ? foldBreaks(first, rest) : whitespace;
    if (!inFlow && cursor.pos - cursor.lineStart < indent) break;
  }
  return { text, endedAtLineStart: leadingBlanks };
}

function endsPlain(src: string, pos: number, code: number, inFlow: boolean): boolean {
  if (code === COLON) return isBlankOrEnd(src.charCodeAt(pos + 1));
  return inFlow && (code === 44 || code === 63 || code === 91 || code === 93 || code === 123 || code === 125);
}
