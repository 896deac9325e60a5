/** A reading position in normalised text: the only line breaks left are LF, NEL, LS and PS. */
export interface Cursor {
  readonly src: string;
  pos: number;
  /** Offset of the first character of the current line. */
  lineStart: number;
}

/** scanner and parser problems carry a line in go-yaml's message; the others do not. */
export type ProblemKind = "scanner" | "parser" | "plain" | "type" | "budget" | "proto-key";

/** A syntax error before it is given a line number and a file; offsets are into the normalised text. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly contextPos: number | undefined;
  readonly problemPos: number;
  constructor(kind: ProblemKind, message: string, problemPos: number, contextPos?: number) {
    super(message);
    this.kind = kind;
    this.problemPos = problemPos;
    this.contextPos = contextPos;
  }
}

export function scannerProblem(cursor: Cursor, contextPos: number, message: string): Problem {
  return new Problem("scanner", message, cursor.pos, contextPos);
}

export const TAB = 9;
export const LF = 10;
export const SPACE = 32;

export function isBreak(code: number): boolean {
  return code === LF || code === 0x85 || code === 0x2028 || code === 0x2029;
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** A blank, a line break or the end of the text (charCodeAt gives NaN there). */
export function isBlankOrEnd(code: number): boolean {
  return code === SPACE || code === LF || code === TAB || !(code >= 0) || code === 0x85 || code === 0x2028 || code === 0x2029;
}

export function isBreakOrEnd(code: number): boolean {
  return !(code >= 0) || isBreak(code);
}

/** What go-yaml calls alphabetic: letters, digits, `_` and `-`. */
export function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45;
}

export function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** Steps over the break at the cursor; NEL reads as LF, LS and PS as themselves. */
export function readBreak(cursor: Cursor): string {
  const code = cursor.src.charCodeAt(cursor.pos);
  cursor.pos += 1;
  cursor.lineStart = cursor.pos;
  return code === LF || code === 0x85 ? "\n" : String.fromCharCode(code);
}

/** Whether a line at the cursor is `---` or `...`, alone or followed by a blank. */
export function atDocumentMarker(src: string, pos: number): boolean {
  const first = src.charCodeAt(pos);
  if (first !== 45 && first !== 46) return false;
  return src.charCodeAt(pos + 1) === first && src.charCodeAt(pos + 2) === first && isBlankOrEnd(src.charCodeAt(pos + 3));
}

/** Long lines of block scalars pass here: the engine's own matcher is as quick as it gets from the first one on. */
const restOfLine = /[^\n\x85\u2028\u2029]*/y;

export function skipComment(cursor: Cursor): void {
  restOfLine.lastIndex = cursor.pos;
  restOfLine.test(cursor.src);
  cursor.pos = restOfLine.lastIndex;
}

export function skipBlanks(cursor: Cursor): void {
  const { src } = cursor;
  while (isBlank(src.charCodeAt(cursor.pos))) cursor.pos += 1;
}
