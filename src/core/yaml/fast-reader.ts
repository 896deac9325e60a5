import type { Value } from "../manifest/value.js";
import { scanBlockScalar } from "./block-scalar.js";
import { type DuplicateKeys, scalarValue } from "./construct.js";
import type { Cursor } from "./cursor.js";
import { LF, Problem, SPACE, TAB } from "./cursor.js";
import { noteFlow } from "./flow-maps.js";
import { scanQuoted } from "./flow-scalar.js";
import { foldedValue } from "./folded-text.js";
import { internedKey, internedText } from "./intern.js";
import { type Dialect, HINTS, resolvePlain } from "./resolve.js";
import { ScalarLiteral } from "./scalar-literal.js";

export interface FastOptions {
  readonly dialect: Dialect;
  readonly duplicateKeys: DuplicateKeys;
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly keepStyle?: boolean;
  /** What is built; default: objects, arrays and scalars. */
  readonly build?: Build;
}

/** Other values than plain ones, for readers that would only turn these into their own. */
export interface Build {
  readonly mapping: (entries: Map<string, Value>) => Value;
  readonly sequence: (items: Value[]) => Value;
  /** Integers beyond 2^53. */
  readonly integer: (value: bigint) => Value;
}

/** Nothing is built: whether the text can be read is all that is asked. */
export const NOTHING_BUILT: Build = { mapping: () => null, sequence: () => null, integer: () => null };

/** Thrown where the text leaves the common subset: the exact reader then reads the document, or says what is wrong with it. */
export const UNUSUAL: unique symbol = Symbol("unusual");

const HASH = 35;
const DASH = 45;
const COLON = 58;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const MAX_FAST_KEY = 1000;

/**
 * Lines that are still looked at by the engine's own matcher: it runs at full speed at once, the loops below only after they were compiled, which
 * in a process that reads a file or two is never.
 */
let linesByEngine = 20_000;
const WORD_KEY = /[A-Za-z_][\w./-]*(?=:[ \n])/y;
const SIMPLE_RUN = /[^:#\n\t]*/y;
const LITERAL_HEADER = /\|-?\n/y;
const MAX_LITERAL_INDENT = 64;
const LITERAL_LINES: RegExp[] = [];
const LINE_BREAKS: string[] = [];

/** Lines indented by so many blanks at least, and empty ones; the last ends with a line break. */
function literalLines(indent: number): RegExp {
  const known = LITERAL_LINES[indent];
  if (known) return known;
  const blanks = " ".repeat(indent);
  const made = new RegExp(`(?:${blanks}[^\\n]*\\n|\\n)+`, "y");
  LITERAL_LINES[indent] = made;
  LINE_BREAKS[indent] = `\n${blanks}`;
  return made;
}

/** 1: a character that may begin a plain scalar without a second look, 2: a dash, 0: an indicator. */
const PLAIN_START = plainStarts();

function plainStarts(): Uint8Array {
  const table = new Uint8Array(128);
  for (let code = 33; code < 127; code++) table[code] = 1;
  for (const char of "?:,[]{}#&*!|>'\"%@`") table[char.charCodeAt(0)] = 0;
  table[DASH] = 2;
  return table;
}

/**
 * Reads the YAML that people and tools write nearly always: block mappings and sequences, plain, quoted and block scalars,
 * JSON-like flow collections. It builds values without tokens or nodes. Anchors, tags, directives, explicit keys, odd
 * indentation and every error are UNUSUAL. The text must be normalised (LF only) and free of NEL, LS, PS and BOM.
 */
export class FastReader {
  readonly #src: string;
  readonly #dialect: Dialect;
  readonly #checkDuplicates: boolean;
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  readonly #keepStyle: boolean;
  readonly #build: Build | undefined;
  readonly #onlyChecks: boolean;
  readonly #cursor: { src: string; pos: number; lineStart: number };
  /** At a line's first character that is not a space while between nodes; within the line while reading one. */
  #pos = 0;
  /** Column of that character; -1 at the end of the document. */
  #col = -1;
  /** Empty lines that the last step to the next content passed, and whether it passed a comment. */
  #emptyLines = 0;
  #passedComment = false;
  #depth = 0;
  #nodes = 0;

  constructor(src: string, options: FastOptions) {
    this.#src = src;
    this.#dialect = options.dialect;
    this.#checkDuplicates = options.duplicateKeys !== "last";
    this.#maxDepth = options.maxDepth;
    this.#maxNodes = options.maxNodes;
    this.#keepStyle = options.keepStyle === true;
    this.#build = options.build;
    this.#onlyChecks = options.build === NOTHING_BUILT;
    this.#cursor = { src, pos: 0, lineStart: -1 } satisfies Cursor;
  }

  /** Where the document that was read last ends: at a `---` or at the end of the text. */
  get end(): number {
    return this.#pos;
  }

  /** The document that begins at `start`, undefined when only blanks and comments are left. */
  read(start: number): Value | undefined {
    this.#depth = 0;
    this.#toContent(start);
    if (this.#col < 0) {
      if (this.#pos >= this.#src.length) return undefined;
      this.#toLineEnd(this.#pos + 3);
      this.#toContent(this.#pos);
      if (this.#col < 0) return null;
    }
    const value = this.#blockNode(-1);
    if (this.#col >= 0) throw UNUSUAL;
    return value;
  }

  /** Moves to the first character of the next line that has content; `from` is the end or the start of a line. */
  #toContent(from: number): void {
    const src = this.#src;
    let pos = from;
    let newlines = 0;
    this.#passedComment = false;
    for (;;) {
      if (src.charCodeAt(pos) === LF) {
        newlines += 1;
        pos += 1;
      }
      const lineStart = pos;
      let code = src.charCodeAt(pos);
      while (code === SPACE) code = src.charCodeAt(++pos);
      if (code === LF) continue;
      if (code === HASH) {
        this.#passedComment = true;
        pos = src.indexOf("\n", pos);
        if (pos < 0) pos = src.length;
        continue;
      }
      if (code === TAB) throw UNUSUAL;
      this.#emptyLines = newlines - 1;
      this.#pos = pos;
      this.#col = pos - lineStart;
      if (pos >= src.length) this.#col = -1;
      else if (this.#col === 0 && (code === DASH || code === 46 || code === 37)) this.#atLineStart(code);
      return;
    }
  }

  #atLineStart(code: number): void {
    const src = this.#src;
    const pos = this.#pos;
    if (code === 37) throw UNUSUAL;
    if (src.charCodeAt(pos + 1) !== code || src.charCodeAt(pos + 2) !== code) return;
    const next = src.charCodeAt(pos + 3);
    const isMarker = next === LF || next === SPACE || !(next >= 0);
    if (code === DASH && isMarker) this.#col = -1;
    else if (code === 46 || next === TAB) throw UNUSUAL;
  }

  /** Steps over blanks and a comment to the end of the line; anything else there is unusual. */
  #toLineEnd(from: number): void {
    const src = this.#src;
    let pos = from;
    let code = src.charCodeAt(pos);
    while (code === SPACE) code = src.charCodeAt(++pos);
    if (code === HASH && pos > from) pos = this.#pastComment(pos, code);
    else if (code !== LF && code >= 0) throw UNUSUAL;
    this.#pos = pos;
  }

  /** End of the line that goes on with `code` at `pos`, which may begin a comment. */
  #pastComment(pos: number, code: number): number {
    if (code !== HASH) return pos;
    const end = this.#src.indexOf("\n", pos);
    return end < 0 ? this.#src.length : end;
  }

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes > this.#maxNodes)
      throw new Problem("budget", `document has more than ${this.#maxNodes} nodes`, Math.min(this.#pos, this.#src.length));
  }

  #enter(): void {
    this.#count();
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) throw UNUSUAL;
  }

  /** A node that begins on its own line, deeper than `parentCol`. */
  #blockNode(parentCol: number): Value {
    const src = this.#src;
    const col = this.#col;
    const code = src.charCodeAt(this.#pos);
    if (code === DASH && isBlankOrLf(src.charCodeAt(this.#pos + 1))) return this.#sequence(col);
    const key = this.#key();
    if (key !== undefined) return this.#mapping(col, key);
    if (parentCol < 0 && code !== 123 && code !== 91) throw UNUSUAL;
    return this.#inline(parentCol);
  }

  #sequence(col: number): Value {
    const src = this.#src;
    const items: Value[] = [];
    this.#enter();
    do {
      const dash = this.#pos;
      let pos = dash + 1;
      let code = src.charCodeAt(pos);
      while (code === SPACE) code = src.charCodeAt(++pos);
      if (code === TAB) throw UNUSUAL;
      this.#pos = pos;
      if (code === LF || code === HASH || !(code >= 0)) {
        this.#toContent(this.#pastComment(pos, code));
        if (this.#col > col) items.push(this.#blockNode(col));
        else {
          this.#count();
          items.push(this.#nothing());
        }
      } else {
        const itemCol = col + pos - dash;
        if (code === DASH && isBlankOrLf(src.charCodeAt(pos + 1))) {
          this.#col = itemCol;
          items.push(this.#sequence(itemCol));
        } else {
          const key = this.#key();
          items.push(key === undefined ? this.#inline(col) : this.#mapping(itemCol, key));
        }
      }
    } while (this.#col === col && src.charCodeAt(this.#pos) === DASH && isBlankOrLf(src.charCodeAt(this.#pos + 1)));
    if (this.#col > col) throw UNUSUAL;
    this.#depth -= 1;
    return this.#build ? this.#build.sequence(items) : items;
  }

  #mapping(col: number, firstKey: string): Value {
    const src = this.#src;
    const build = this.#build;
    const entries = build && !this.#onlyChecks ? new Map<string, Value>() : undefined;
    const object: { [key: string]: Value } = {};
    let key: string | undefined = firstKey;
    let count = 0;
    this.#enter();
    for (;;) {
      count += 1;
      let pos = this.#pos;
      let code = src.charCodeAt(pos);
      while (code === SPACE) code = src.charCodeAt(++pos);
      if (code === TAB) throw UNUSUAL;
      let value: Value;
      if (code === LF || !(code >= 0) || code === HASH) {
        this.#toContent(this.#pastComment(pos, code));
        value = this.#valueBelow(col);
      } else {
        this.#pos = pos;
        value = this.#inline(col);
      }
      if (build === undefined) object[key] = value;
      else entries?.set(key, value);
      if (this.#col !== col) break;
      key = this.#key();
      if (key === undefined) throw UNUSUAL;
    }
    if (this.#col > col || (this.#checkDuplicates && countKeys(object) !== count)) throw UNUSUAL;
    this.#depth -= 1;
    if (build === undefined) return object;
    return entries ? build.mapping(entries) : null;
  }

  /** The value of a key whose line ends after the colon. */
  #valueBelow(col: number): Value {
    if (this.#col > col) return this.#blockNode(col);
    const src = this.#src;
    if (this.#col === col && src.charCodeAt(this.#pos) === DASH && isBlankOrLf(src.charCodeAt(this.#pos + 1)))
      return this.#sequence(col);
    this.#count();
    return this.#nothing();
  }

  /** A string that was not written plain. */
  #styled(text: string): Value {
    return this.#keepStyle ? ScalarLiteral.value("!!str", text) : text;
  }

  #nothing(): Value {
    return this.#keepStyle ? ScalarLiteral.value("!!null", "") : null;
  }

  /** The key at the position, which then moves past its colon; undefined (and no move) when the line does not begin with one. */
  #key(): string | undefined {
    const src = this.#src;
    const start = this.#pos;
    const first = src.charCodeAt(start);
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) return this.#quotedKey(first);
    if (first < 128) {
      const kind = PLAIN_START[first];
      if (kind === 0) return first === 63 || first === COLON ? this.#unusual() : undefined;
      if (kind === 2 && isBlankOrLf(src.charCodeAt(start + 1))) throw UNUSUAL;
    }
    if (linesByEngine > 0) {
      const known = this.#wordKey(start, first);
      if (known !== undefined) return known;
    }
    let hash = 0;
    let pos = start;
    let code = first;
    for (; ; code = src.charCodeAt(++pos)) {
      if (code === COLON) {
        const next = src.charCodeAt(pos + 1);
        if (next === SPACE || next === LF || !(next >= 0)) break;
        if (next === TAB) throw UNUSUAL;
      } else if (code === LF || !(code >= 0)) return undefined;
      else if (code === HASH) {
        if (src.charCodeAt(pos - 1) === SPACE) return undefined;
      } else if (code === TAB) throw UNUSUAL;
      hash = (hash * 31 + code) | 0;
    }
    let end = pos;
    if (src.charCodeAt(end - 1) === SPACE) {
      while (src.charCodeAt(end - 1) === SPACE) end -= 1;
      hash = 0;
    }
    if (end - start > MAX_FAST_KEY) throw UNUSUAL;
    const key = internedKey(src, start, end, hash, this.#dialect);
    if (key === undefined) throw UNUSUAL;
    this.#count();
    this.#pos = pos + 1;
    return key;
  }

  /** A key of letters, digits and the commonest marks. */
  #wordKey(start: number, first: number): string | undefined {
    linesByEngine -= 1;
    const src = this.#src;
    WORD_KEY.lastIndex = start;
    if (!WORD_KEY.test(src)) return undefined;
    const end = WORD_KEY.lastIndex;
    if (end - start > MAX_FAST_KEY) throw UNUSUAL;
    const isText = HINTS[first] === 0;
    const key = isText && this.#onlyChecks ? "" : src.slice(start, end);
    if (key === "__proto__" || (!isText && resolvePlain(key, this.#dialect).tag !== "!!str")) throw UNUSUAL;
    this.#count();
    this.#pos = end + 1;
    return key;
  }

  #unusual(): never {
    throw UNUSUAL;
  }

  #quotedKey(quote: number): string | undefined {
    const src = this.#src;
    const start = this.#pos;
    let pos = start + 1;
    let code = src.charCodeAt(pos);
    let escaped = false;
    while (code !== quote || (quote === SINGLE_QUOTE && src.charCodeAt(pos + 1) === SINGLE_QUOTE)) {
      if (code === LF || !(code >= 0)) return undefined;
      if (code === 92 && quote === DOUBLE_QUOTE) {
        escaped = true;
        pos += 1;
        if (src.charCodeAt(pos) === LF) return undefined;
      } else if (code === SINGLE_QUOTE && quote === SINGLE_QUOTE) {
        escaped = true;
        pos += 1;
      }
      code = src.charCodeAt(++pos);
    }
    let after = pos + 1;
    while (src.charCodeAt(after) === SPACE) after += 1;
    if (src.charCodeAt(after) !== COLON) return undefined;
    const next = src.charCodeAt(after + 1);
    if ((next !== SPACE && next !== LF && next >= 0) || after - start > MAX_FAST_KEY) throw UNUSUAL;
    const key = escaped ? this.#scanQuoted(start) : src.slice(start + 1, pos);
    if (key === "__proto__") throw UNUSUAL;
    this.#count();
    this.#pos = after + 1;
    return key;
  }

  #scanQuoted(start: number): string {
    this.#cursor.pos = start;
    this.#cursor.lineStart = -1;
    const text = scanQuoted(this.#cursor);
    this.#pos = this.#cursor.pos;
    return text;
  }

  /** A value that begins at the position, inside a collection at column `parentCol`; ends at the next content. */
  #inline(parentCol: number): Value {
    const src = this.#src;
    const code = src.charCodeAt(this.#pos);
    const kind = code < 128 ? PLAIN_START[code] : 1;
    this.#count();
    if (kind !== 0) {
      if (kind === 2 && isBlankOrLf(src.charCodeAt(this.#pos + 1))) throw UNUSUAL;
      return this.#plain(parentCol);
    }
    let value: Value;
    switch (code) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        value = this.#styled(this.#quoted(code));
        break;
      case 123:
        value = this.#flowMapping();
        break;
      case 91:
        value = this.#flowSequence();
        break;
      case 124:
      case 62:
        return this.#blockScalar(parentCol);
      default:
        throw UNUSUAL;
    }
    this.#toLineEnd(this.#pos);
    this.#toContent(this.#pos);
    return value;
  }

  #quoted(quote: number): string {
    const src = this.#src;
    const start = this.#pos;
    let pos = start + 1;
    let code = src.charCodeAt(pos);
    while (code !== quote) {
      if (code === LF || code === 92 || !(code >= 0)) return this.#scanQuoted(start);
      code = src.charCodeAt(++pos);
    }
    if (quote === SINGLE_QUOTE && src.charCodeAt(pos + 1) === SINGLE_QUOTE) return this.#scanQuoted(start);
    this.#pos = pos + 1;
    return src.slice(start + 1, pos);
  }

  #blockScalar(parentCol: number): Value {
    if (parentCol < 0) throw UNUSUAL;
    const literal = this.#literal(parentCol);
    if (literal !== undefined) return this.#styled(literal);
    const cursor = this.#cursor;
    cursor.pos = this.#pos;
    cursor.lineStart = -1;
    const isFolded = this.#src[this.#pos] === ">";
    const text = scanBlockScalar(cursor, parentCol);
    this.#toContent(cursor.lineStart < 0 ? cursor.pos : cursor.lineStart);
    return isFolded && this.#keepStyle ? foldedValue(text) : this.#styled(text);
  }

  /** A `|` or `|-` scalar whose first line has text and whose empty lines are empty: cut out at once. */
  #literal(parentCol: number): string | undefined {
    const src = this.#src;
    LITERAL_HEADER.lastIndex = this.#pos;
    if (!LITERAL_HEADER.test(src)) return undefined;
    const start = LITERAL_HEADER.lastIndex;
    const clips = src.charCodeAt(start - 2) !== DASH;
    let first = start;
    while (src.charCodeAt(first) === SPACE) first += 1;
    const indent = first - start;
    const code = src.charCodeAt(first);
    if (indent <= parentCol || indent === 0 || indent >= MAX_LITERAL_INDENT || code === LF || code === TAB) return undefined;
    const lines = literalLines(indent);
    lines.lastIndex = start;
    if (!lines.test(src)) return undefined;
    const end = lines.lastIndex;
    let next = end;
    while (src.charCodeAt(next) === SPACE) next += 1;
    const after = src.charCodeAt(next);
    // A line of fewer blanks is an empty one to the original, too; the last line may lack its break.
    if (after === LF || after === TAB || next - end >= indent || (next > end && !(after >= 0))) return undefined;
    this.#toContent(end);
    if (this.#onlyChecks) return "";
    const text = src.slice(start + indent, end).replaceAll(LINE_BREAKS[indent] as string, "\n");
    let length = text.length;
    while (text.charCodeAt(length - 1) === LF) length -= 1;
    return clips ? `${text.slice(0, length)}\n` : text.slice(0, length);
  }

  #plain(parentCol: number): Value {
    const src = this.#src;
    const start = this.#pos;
    const end = this.#plainLineEnd(start);
    const commented = this.#passedComment;
    this.#toContent(this.#pos);
    if (this.#col <= parentCol || commented || this.#passedComment) return this.#plainValue(start, end);
    let text = src.slice(start, end);
    for (;;) {
      text += this.#emptyLines > 0 ? "\n".repeat(this.#emptyLines) : " ";
      const from = this.#pos;
      const to = this.#plainLineEnd(from);
      text += src.slice(from, to);
      const comment = this.#passedComment;
      this.#toContent(this.#pos);
      if (this.#col <= parentCol || comment || this.#passedComment) break;
    }
    const value = scalarValue(resolvePlain(text, this.#dialect), text, this.#dialect, start);
    return typeof value === "bigint" && this.#build ? this.#build.integer(value) : value;
  }

  /** End of the plain text on this line without trailing spaces; the position moves to the end of the line. */
  #plainLineEnd(start: number): number {
    const src = this.#src;
    let pos = start;
    this.#passedComment = false;
    if (linesByEngine > 0) {
      linesByEngine -= 1;
      SIMPLE_RUN.lastIndex = pos;
      SIMPLE_RUN.test(src);
      pos = SIMPLE_RUN.lastIndex;
    }
    for (let code = src.charCodeAt(pos); code !== LF && code >= 0; code = src.charCodeAt(++pos)) {
      if (code === COLON) {
        const next = src.charCodeAt(pos + 1);
        if (next === SPACE || next === LF || next === TAB || !(next >= 0)) throw UNUSUAL;
      } else if (code === HASH && src.charCodeAt(pos - 1) === SPACE) {
        this.#passedComment = true;
        break;
      } else if (code === TAB) throw UNUSUAL;
    }
    let end = pos;
    while (src.charCodeAt(end - 1) === SPACE) end -= 1;
    if (this.#passedComment) {
      pos = src.indexOf("\n", pos);
      if (pos < 0) pos = src.length;
    }
    this.#pos = pos;
    return end;
  }

  #plainValue(start: number, end: number): Value {
    const src = this.#src;
    const first = src.charCodeAt(start);
    const hint = first < 128 ? HINTS[first] : 0;
    const length = end - start;
    if (this.#onlyChecks && hint === 0) return null;
    if (hint === 0 || (hint === 3 && length > 5)) return length <= 24 ? internedText(src, start, end) : src.slice(start, end);
    if (hint === 1 && first >= 48 && length <= 15) {
      if (first !== 48 || length === 1) {
        let value = 0;
        let pos = start;
        for (; pos < end; pos++) {
          const digit = src.charCodeAt(pos) - 48;
          if (!(digit >= 0 && digit <= 9)) break;
          value = value * 10 + digit;
        }
        if (pos === end) return value;
      }
    }
    const text = src.slice(start, end);
    const value = scalarValue(resolvePlain(text, this.#dialect), text, this.#dialect, start);
    return typeof value === "bigint" && this.#build ? this.#build.integer(value) : value;
  }

  #skipFlowSpace(): number {
    const src = this.#src;
    let pos = this.#pos;
    let code = src.charCodeAt(pos);
    while (code === SPACE || code === LF || code === TAB) code = src.charCodeAt(++pos);
    this.#pos = pos;
    return code;
  }

  #flowSequence(): Value {
    const items: Value[] = [];
    this.#enter();
    this.#pos += 1;
    let code = this.#skipFlowSpace();
    while (code !== 93) {
      items.push(this.#flowValue(code));
      code = this.#skipFlowSpace();
      if (code === 44) {
        this.#pos += 1;
        code = this.#skipFlowSpace();
      } else if (code !== 93) throw UNUSUAL;
    }
    this.#pos += 1;
    this.#depth -= 1;
    return this.#build ? this.#build.sequence(items) : items;
  }

  #flowMapping(): Value {
    const src = this.#src;
    const build = this.#build;
    const entries = build && new Map<string, Value>();
    const object: { [key: string]: Value } = {};
    this.#enter();
    this.#pos += 1;
    let code = this.#skipFlowSpace();
    while (code !== 125) {
      const key = this.#flowKey(code);
      if (this.#checkDuplicates && Object.hasOwn(object, key)) throw UNUSUAL;
      while (src.charCodeAt(this.#pos) === SPACE) this.#pos += 1;
      if (src.charCodeAt(this.#pos) !== COLON) throw UNUSUAL;
      this.#pos += 1;
      code = this.#skipFlowSpace();
      const value = this.#flowValue(code);
      if (entries === undefined) object[key] = value;
      else entries.set(key, value);
      code = this.#skipFlowSpace();
      if (code === 44) {
        this.#pos += 1;
        code = this.#skipFlowSpace();
      } else if (code !== 125) throw UNUSUAL;
    }
    this.#pos += 1;
    this.#depth -= 1;
    if (this.#keepStyle) noteFlow(object);
    return build && entries ? build.mapping(entries) : object;
  }

  #flowKey(code: number): string {
    const src = this.#src;
    const start = this.#pos;
    let key: string | undefined;
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      key = this.#quoted(code);
      if (src.slice(start, this.#pos).includes("\n")) throw UNUSUAL;
      if (key === "__proto__") throw UNUSUAL;
    } else {
      const end = this.#flowPlainEnd();
      key = internedKey(src, start, end, 0, this.#dialect);
    }
    if (key === undefined || this.#pos - start > MAX_FAST_KEY) throw UNUSUAL;
    this.#count();
    return key;
  }

  #flowValue(code: number): Value {
    if (code === 123) return this.#flowMapping();
    if (code === 91) return this.#flowSequence();
    this.#count();
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const value = this.#quoted(code);
      const next = this.#src.charCodeAt(this.#pos);
      // A quoted entry of a sequence may turn out to be the key of a single pair.
      if (next === COLON) throw UNUSUAL;
      return this.#styled(value);
    }
    const start = this.#pos;
    return this.#plainValue(start, this.#flowPlainEnd());
  }

  /** End of a plain scalar of one line inside a flow collection. */
  #flowPlainEnd(): number {
    const src = this.#src;
    const start = this.#pos;
    const first = src.charCodeAt(start);
    if (first < 128) {
      const kind = PLAIN_START[first];
      if (kind === 0) throw UNUSUAL;
      const next = src.charCodeAt(start + 1);
      if (kind === 2 && !(next >= 48 && next <= 57)) throw UNUSUAL;
    }
    let pos = start;
    let code = first;
    for (; code !== 44 && code !== 93 && code !== 125; code = src.charCodeAt(++pos)) {
      if (code === LF || code === TAB || code === HASH || code === 63 || code === 91 || code === 123 || !(code >= 0))
        throw UNUSUAL;
      if (code === COLON) {
        const next = src.charCodeAt(pos + 1);
        if (next === SPACE) break;
        if (next === LF || next === TAB || next === 44 || next === 93 || next === 125) throw UNUSUAL;
      }
    }
    let end = pos;
    while (src.charCodeAt(end - 1) === SPACE) end -= 1;
    if (src.startsWith("...", start)) throw UNUSUAL;
    this.#pos = end;
    return end;
  }
}

function isBlankOrLf(code: number): boolean {
  return code === SPACE || code === LF || code === TAB || !(code >= 0);
}

function countKeys(object: object): number {
  let count = 0;
  for (const _ in object) count += 1;
  return count;
}
