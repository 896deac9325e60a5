import { type Cursor, isBlank, isBreak, isBreakOrEnd, readBreak } from "./cursor.js";
import type { Token } from "./scanner.js";

/** Comments around a node, as lines that begin with `#`; "" where there are none. */
export interface Comments {
  readonly head: string;
  readonly line: string;
  readonly foot: string;
}

export const NO_COMMENTS: Comments = { head: "", line: "", foot: "" };

/**
 * The comments that a scanner comes by, until the parser reaches the token that they belong to. Which token that is, and whether a
 * comment is its head, its foot or on its line, is go-yaml v3's rule: by columns, empty lines and what stood before.
 */
export class CommentQueue {
  readonly #src: string;
  readonly #found: Found[] = [];
  #taken = 0;
  #head = "";
  #line = "";
  #foot = "";
  #stem = "";
  /** Line starts, for the line of an offset. */
  readonly #starts: readonly number[];

  constructor(src: string) {
    this.#src = src;
    const starts = [0];
    for (let at = 0; at < src.length; at++) if (isBreak(src.charCodeAt(at))) starts.push(at + 1);
    this.#starts = starts;
  }

  /** The comment behind a token on its line; the cursor goes to the end of the line. */
  scanLine(cursor: Cursor, tokenPos: number): void {
    if (this.#breaksBefore(cursor.pos) > 0) return;
    let pos = cursor.pos;
    while (pos - cursor.pos < LONGEST_GAP && isBlank(this.#src.charCodeAt(pos))) pos += 1;
    if (this.#src[pos] !== "#") return;
    const start = { pos, line: this.#lineOf(pos), column: pos - cursor.lineStart };
    cursor.pos = pos;
    this.addLine(this.#restOfLine(cursor), start, tokenPos);
  }

  /** A comment on the line of a token that holds it, as the header of a block scalar does. */
  addLine(line: string, start: Mark, tokenPos: number): void {
    this.#found.push({ scanPos: 0, tokenPos, start, end: 0, head: "", line, foot: "" });
  }

  /** Comment lines from the cursor on, which stands at a `#`. `scanPos` is where the space before it begins. */
  scanLines(cursor: Cursor, scanPos: number, { tokens, indent, inFlow }: Surroundings): void {
    const src = this.#src;
    const last = tokens[tokens.length - 1];
    const token = last?.kind === "flow-entry" && tokens.length > 1 ? tokens[tokens.length - 2] : last;
    const nextIndent = Math.max(indent, 0);
    let tokenPos = token?.pos ?? 0;
    let from = scanPos;
    let start: Mark = { pos: 0, line: 0, column: 0 };
    let isAfterEmptyLine = false;
    const breaks = this.#breaksBefore(cursor.pos);
    let isBeforeFirstEmptyLine = breaks <= 1;
    let line = this.#lineOf(cursor.pos);
    let column = cursor.pos - cursor.lineStart;
    const footLine = this.#lineOf(scanPos) > 0 ? line - breaks + (breaks === 0 && column > 1 ? 2 : 1) : -1;
    let text = "";
    let peek = 0;
    const endFoot = (): void => {
      const end = cursor.pos + peek;
      this.#found.push({ scanPos: from, tokenPos, start, end, head: "", line: "", foot: text });
      from = end;
      tokenPos = end;
      text = "";
    };
    for (; peek < LONGEST_GAP; peek++) {
      column += 1;
      const code = src.charCodeAt(cursor.pos + peek);
      if (isBlank(code)) continue;
      const closesFlow = inFlow && (code === 93 || code === 125);
      if (closesFlow || isBreakOrEnd(code)) {
        if (closesFlow || !isAfterEmptyLine) {
          const isBelow = start.line === footLine && token?.kind !== "value";
          const isOutdented = start.column - 1 < nextIndent;
          if (closesFlow || (isBeforeFirstEmptyLine && (isBelow || isOutdented))) {
            if (text !== "" && isOutdented) tokenPos = start.pos;
            if (text !== "") endFoot();
          } else if (text !== "" && code >= 0) text += "\n";
        }
        if (!isBreak(code)) break;
        isBeforeFirstEmptyLine = false;
        isAfterEmptyLine = true;
        column = 0;
        line += 1;
        continue;
      }
      if (text !== "" && column - 1 < nextIndent && column !== start.column) endFoot();
      if (code !== 35) break;
      if (text === "") start = { pos: cursor.pos + peek, line, column };
      else text += "\n";
      isAfterEmptyLine = false;
      const hash = cursor.pos + peek;
      while (cursor.pos < hash) {
        if (isBreak(src.charCodeAt(cursor.pos))) readBreak(cursor);
        else cursor.pos += 1;
      }
      text += this.#restOfLine(cursor);
      peek = 0;
      column = 0;
      line = this.#lineOf(cursor.pos);
    }
    if (text === "") return;
    const end = cursor.pos + peek - 1;
    this.#found.push({ scanPos: from, tokenPos: start.pos, start, end, head: text, line: "", foot: "" });
  }

  /** A comment behind the key of a list, where the first `-` has been read: it heads what follows. */
  turnToHead(cursor: Cursor): void {
    const comment = this.#found[this.#found.length - 1];
    if (comment === undefined || comment.line === "" || isBreak(this.#src.charCodeAt(cursor.pos))) return;
    comment.head = comment.line;
    comment.line = "";
    if (comment.start.line === this.#lineOf(cursor.pos) - 1) comment.tokenPos = cursor.pos;
  }

  /** Where a block ends: before comments at its own indentation, which are found behind it. `from` is where the search began. */
  endOfBlock(from: number, indent: number): number {
    let end = from;
    let stop = from;
    for (let at = this.#found.length - 1; at >= 0; at--) {
      const comment = this.#found[at]!;
      if (comment.end < stop) break;
      if (comment.start.column === indent + 1) end = comment.start.pos;
      stop = comment.scanPos;
    }
    return end;
  }

  /** The parser has come to a token: comments before it are at hand now. */
  reach({ kind, pos }: Token): void {
    for (; this.#taken < this.#found.length && pos >= this.#found[this.#taken]!.tokenPos; this.#taken++) {
      const comment = this.#found[this.#taken]!;
      if (comment.head !== "" && kind === "block-end") break;
      this.#head = joined(this.#head, comment.head);
      this.#foot = joined(this.#foot, comment.foot);
      this.#line = joined(this.#line, comment.line);
      this.#found[this.#taken] = NOTHING;
    }
  }

  /** All that is at hand. */
  take(): Comments {
    const comments = { head: this.#head, line: this.#line, foot: this.#foot };
    this.#head = this.#line = this.#foot = this.#stem = "";
    return comments;
  }

  /** The part of what is at hand that heads a document as a whole: what an empty line divides from the rest. */
  takeDocumentHead(): string {
    const head = this.#head;
    for (let at = head.length - 1; at > 0; at--) {
      if (head[at] !== "\n") continue;
      if (at !== head.length - 1 && head[at - 1] !== "\n") continue;
      this.#head = head.slice(at + 1);
      return head.slice(0, at === head.length - 1 ? at : at - 1);
    }
    return "";
  }

  /** How much heads the item whose `-` comes next; see `splitStem`. */
  get headLength(): number {
    return this.#head.length;
  }

  /** What stood before the `-` of a list or map within a list belongs to that as a whole. */
  splitStem(length: number, { kind }: Token): void {
    if (length === 0 || (kind !== "block-sequence-start" && kind !== "block-mapping-start")) return;
    this.#stem = this.#head.slice(0, length);
    this.#head = this.#head.slice(length + 1);
  }

  takeStem(): Comments {
    const head = this.#stem;
    this.#stem = "";
    return { head, line: "", foot: "" };
  }

  #restOfLine(cursor: Cursor): string {
    const from = cursor.pos;
    while (!isBreakOrEnd(this.#src.charCodeAt(cursor.pos))) cursor.pos += 1;
    return this.#src.slice(from, cursor.pos);
  }

  /** Line breaks between an offset and what is written before it. */
  #breaksBefore(pos: number): number {
    let breaks = 0;
    for (let at = pos - 1; at >= 0; at--) {
      const code = this.#src.charCodeAt(at);
      if (isBreak(code)) breaks += 1;
      else if (!isBlank(code)) break;
    }
    return breaks;
  }

  #lineOf(pos: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= pos) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** go-yaml looks no further than this for a comment, or for what follows one. */
const LONGEST_GAP = 512;

/** Columns of comment lines count from 1, those of comments behind a token from 0, as in go-yaml, whose comparisons rest on it. */
interface Mark {
  readonly pos: number;
  readonly line: number;
  readonly column: number;
}

interface Found {
  readonly scanPos: number;
  tokenPos: number;
  readonly start: Mark;
  readonly end: number;
  head: string;
  line: string;
  readonly foot: string;
}

const NOTHING: Found = { scanPos: 0, tokenPos: 0, start: { pos: 0, line: 0, column: 0 }, end: 0, head: "", line: "", foot: "" };

export interface Surroundings {
  readonly tokens: readonly Token[];
  readonly indent: number;
  readonly inFlow: boolean;
}

function joined(before: string, after: string): string {
  if (after === "") return before;
  return before === "" ? after : `${before}\n${after}`;
}
