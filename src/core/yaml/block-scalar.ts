import {
  type Cursor,
  isBlank,
  isBreak,
  isBreakOrEnd,
  readBreak,
  SPACE,
  scannerProblem,
  skipBlanks,
  skipComment,
  TAB,
} from "./cursor.js";

interface Header {
  readonly folded: boolean;
  /** -1 strip, 0 clip, 1 keep. */
  readonly chomping: -1 | 0 | 1;
  /** Explicit indentation indicator, 0 when it is to be detected. */
  readonly increment: number;
}

/** Reads a `|` or `>` scalar; `parentIndent` is the column of the collection that holds it (-1 at the root). */
export function scanBlockScalar(cursor: Cursor, parentIndent: number): string {
  const start = cursor.pos;
  const header = readHeader(cursor, start);
  const lines = new BlockLines(cursor, start, parentIndent, header.increment);
  const { src } = cursor;
  let text = "";
  let breaks = lines.skipToContent();
  let leadingBreak = "";
  let leadingBlank = false;
  while (cursor.pos - cursor.lineStart === lines.indent && cursor.pos < src.length) {
    const trailingBlank = isBlank(src.charCodeAt(cursor.pos));
    if (header.folded && !leadingBlank && !trailingBlank && leadingBreak === "\n") text += breaks === "" ? " " : breaks;
    else text += leadingBreak + breaks;
    leadingBlank = trailingBlank;
    const from = cursor.pos;
    skipComment(cursor);
    text += src.slice(from, cursor.pos);
    leadingBreak = cursor.pos < src.length ? readBreak(cursor) : "";
    breaks = lines.skipToContent();
  }
  if (header.chomping !== -1) text += leadingBreak;
  if (header.chomping === 1) text += breaks;
  return text;
}

function readHeader(cursor: Cursor, start: number): Header {
  const { src } = cursor;
  const folded = src[cursor.pos] === ">";
  cursor.pos += 1;
  let chomping: -1 | 0 | 1 = readChomping(cursor);
  const increment = readIncrement(cursor, start);
  if (chomping === 0 && increment > 0) chomping = readChomping(cursor);
  skipBlanks(cursor);
  if (src[cursor.pos] === "#") skipComment(cursor);
  if (!isBreakOrEnd(src.charCodeAt(cursor.pos)))
    throw scannerProblem(cursor, start, "did not find expected comment or line break");
  if (cursor.pos < src.length) readBreak(cursor);
  return { folded, chomping, increment };
}

function readChomping(cursor: Cursor): -1 | 0 | 1 {
  const sign = cursor.src[cursor.pos];
  if (sign !== "+" && sign !== "-") return 0;
  cursor.pos += 1;
  return sign === "+" ? 1 : -1;
}

function readIncrement(cursor: Cursor, start: number): number {
  const digit = cursor.src.charCodeAt(cursor.pos) - 48;
  if (!(digit >= 0 && digit <= 9)) return 0;
  if (digit === 0) throw scannerProblem(cursor, start, "found an indentation indicator equal to 0");
  cursor.pos += 1;
  return digit;
}

class BlockLines {
  indent: number;
  readonly #cursor: Cursor;
  readonly #start: number;
  readonly #parentIndent: number;

  constructor(cursor: Cursor, start: number, parentIndent: number, increment: number) {
    this.#cursor = cursor;
    this.#start = start;
    this.#parentIndent = parentIndent;
    this.indent = increment > 0 ? Math.max(parentIndent, 0) + increment : 0;
  }

  /** Steps over indentation and empty lines; the first call detects the indentation. Returns the breaks it read. */
  skipToContent(): string {
    const cursor = this.#cursor;
    const { src } = cursor;
    let breaks = "";
    let widest = 0;
    for (;;) {
      let column = cursor.pos - cursor.lineStart;
      while ((this.indent === 0 || column < this.indent) && src.charCodeAt(cursor.pos) === SPACE) {
        cursor.pos += 1;
        column += 1;
      }
      if (column > widest) widest = column;
      const code = src.charCodeAt(cursor.pos);
      if ((this.indent === 0 || column < this.indent) && code === TAB)
        throw scannerProblem(cursor, this.#start, "found a tab character where an indentation space is expected");
      if (!isBreak(code)) break;
      breaks += readBreak(cursor);
    }
    if (this.indent === 0) this.indent = Math.max(widest, this.#parentIndent + 1, 1);
    return breaks;
  }
}
