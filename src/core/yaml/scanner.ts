import { utf8Encode } from "../../platform/bytes.js";
import { scanBlockScalar } from "./block-scalar.js";
import type { CommentQueue } from "./comment-queue.js";
import {
  atDocumentMarker,
  type Cursor,
  isBlankOrEnd,
  isBreak,
  readBreak,
  SPACE,
  scannerProblem,
  skipComment,
  TAB,
} from "./cursor.js";
import { scanQuoted } from "./flow-scalar.js";
import { scanPlain } from "./plain-scalar.js";
import { type Directive, scanAnchorName, scanDirective, scanTag, type TagToken } from "./properties.js";

export type TokenKind =
  | "stream-end"
  | "directive"
  | "document-start"
  | "document-end"
  | "block-sequence-start"
  | "block-mapping-start"
  | "block-end"
  | "flow-sequence-start"
  | "flow-sequence-end"
  | "flow-mapping-start"
  | "flow-mapping-end"
  | "block-entry"
  | "flow-entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

export type ScalarStyle = "plain" | "quoted" | "block" | "folded";

export interface Token {
  readonly kind: TokenKind;
  readonly pos: number;
  /** Offset just after the token. */
  readonly end: number;
  /** Text of a scalar, name of an anchor or alias. */
  readonly text?: string;
  readonly style?: ScalarStyle;
  readonly tag?: TagToken;
  readonly directive?: Directive;
}

export interface ScannerOptions {
  readonly lookahead: number;
  readonly maxDepth: number;
  /** Given, the comments go there. */
  readonly comments?: CommentQueue;
}

interface SimpleKey {
  possible: boolean;
  required: boolean;
  tokenNumber: number;
  pos: number;
  lineStart: number;
}

const MAX_KEY_LENGTH = 1024;

/** Bytes of a text that go-yaml reads at once, and of a byte order mark. */
const FIRST_READ = 512;
const MARK_BYTES = 3;

/**
 * Turns text into tokens as libyaml and go-yaml do: a `key` token is inserted in front of what turned out to be a simple key.
 * `lookahead` is how many tokens are read beyond the head: go-yaml v3 reads two more than v2, so it meets errors earlier.
 */
export class Scanner implements Cursor {
  readonly src: string;
  pos: number;
  lineStart: number;
  readonly #lookahead: number;
  readonly #maxDepth: number;
  readonly #comments: CommentQueue | undefined;
  #tokens: Token[] = [];
  #head = 0;
  #parsed = 0;
  #flowLevel = 0;
  #indent = -1;
  #indents: number[] = [];
  #simpleKeyAllowed = true;
  #simpleKeys: SimpleKey[] = [noKey(-1)];
  #keyByToken = new Map<number, SimpleKey>();

  constructor(src: string, start: number, options: ScannerOptions) {
    this.src = src;
    this.pos = start;
    this.lineStart = start;
    this.#lookahead = options.lookahead;
    this.#maxDepth = options.maxDepth;
    this.#comments = options.comments;
  }

  peek(): Token {
    this.#fetchMore();
    const token = this.#tokens[this.#head] as Token;
    this.#comments?.reach(token);
    return token;
  }

  skip(): void {
    this.#head += 1;
    this.#parsed += 1;
    if (this.#head > 256) {
      this.#tokens = this.#tokens.slice(this.#head);
      this.#head = 0;
    }
  }

  #fetchMore(): void {
    for (;;) {
      if (this.#tokens.length - this.#head > this.#lookahead) {
        const key = this.#keyByToken.get(this.#parsed);
        if (!key || !this.#isValid(key)) return;
      }
      this.#fetchNext();
    }
  }

  #fetchNext(): undefined {
    const from = this.pos;
    this.#skipToToken();
    this.#unrollIndent(this.pos - this.lineStart, from);
    const { src, pos } = this;
    if (pos >= src.length) return this.#fetchStreamEnd();
    const code = src.charCodeAt(pos);
    const atLineStart = pos === this.lineStart;
    if (atLineStart && code === 37) return this.#fetchDirective();
    if (atLineStart && atDocumentMarker(src, pos))
      return this.#fetchDocumentMarker(code === 45 ? "document-start" : "document-end");
    if (this.#comments === undefined) return this.#fetchContent(pos, code);
    const last = this.#tokens[this.#tokens.length - 1];
    const isOfLast = last !== undefined && code === (this.#flowLevel > 0 ? 44 : 58);
    this.#fetchContent(pos, code);
    if (this.#tokens[this.#tokens.length - 1]?.kind !== "block-entry") this.#comments.scanLine(this, isOfLast ? last.pos : pos);
  }

  #fetchContent(pos: number, code: number): undefined {
    const { src } = this;
    const next = src.charCodeAt(pos + 1);
    switch (code) {
      case 91:
        return this.#fetchFlowStart("flow-sequence-start");
      case 123:
        return this.#fetchFlowStart("flow-mapping-start");
      case 93:
        return this.#fetchFlowEnd("flow-sequence-end");
      case 125:
        return this.#fetchFlowEnd("flow-mapping-end");
      case 44:
        return this.#fetchFlowEntry();
      case 42:
        return this.#fetchProperty("alias");
      case 38:
        return this.#fetchProperty("anchor");
      case 33:
        return this.#fetchProperty("tag");
      case 39:
      case 34:
        return this.#fetchQuoted();
      case 45:
        if (isBlankOrEnd(next)) return this.#fetchBlockEntry();
        break;
      case 63:
        if (this.#flowLevel > 0 || isBlankOrEnd(next)) return this.#fetchKey();
        break;
      case 58:
        if (this.#flowLevel > 0 || isBlankOrEnd(next)) return this.#fetchValue();
        break;
      case 124:
      case 62:
        if (this.#flowLevel === 0) return this.#fetchBlockScalar();
        break;
    }
    if (this.#startsPlain(code, next)) return this.#fetchPlain();
    throw scannerProblem(this, pos, "found character that cannot start any token");
  }

  #startsPlain(code: number, next: number): boolean {
    if (code === 45) return next !== SPACE && next !== TAB;
    if (code === 63 || code === 58) return this.#flowLevel === 0 && !isBlankOrEnd(next);
    return !isBlankOrEnd(code) && !"#&*!|>'\"%@`,[]{}".includes(String.fromCharCode(code));
  }

  /**
   * go-yaml looks for a byte order mark at the start of its buffer, wherever it stands: behind a doubled one each line loses its first character,
   * until the first bytes have been read.
   */
  #isAfterDoubledMark(): boolean {
    if (this.src.charCodeAt(0) !== 0xfeff || this.pos >= this.src.length) return false;
    return this.pos < FIRST_READ && utf8Encode(this.src.slice(0, this.pos)).length + MARK_BYTES < FIRST_READ;
  }

  #skipToToken(): void {
    const { src } = this;
    const from = this.pos;
    for (;;) {
      if (this.pos === this.lineStart && this.#isAfterDoubledMark()) this.pos += 1;
      const tabsAllowed = this.#flowLevel > 0 || !this.#simpleKeyAllowed;
      let code = src.charCodeAt(this.pos);
      while (code === SPACE || (tabsAllowed && code === TAB)) code = src.charCodeAt(++this.pos);
      if (this.#comments !== undefined) this.#scanComments(this.#comments, from);
      else if (code === 35) skipComment(this);
      if (!isBreak(src.charCodeAt(this.pos))) return;
      readBreak(this);
      if (this.#flowLevel === 0) this.#simpleKeyAllowed = true;
    }
  }

  #scanComments(comments: CommentQueue, from: number): void {
    const tokens = this.#tokens;
    const [before, last] = [tokens[tokens.length - 2], tokens[tokens.length - 1]];
    if (before?.kind === "block-sequence-start" && last?.kind === "block-entry") comments.turnToHead(this);
    if (this.src.charCodeAt(this.pos) === 35)
      comments.scanLines(this, from, { tokens, indent: this.#indent, inFlow: this.#flowLevel > 0 });
  }

  #push(kind: TokenKind, pos: number, rest: Partial<Token> = {}): void {
    this.#tokens.push({ kind, pos, end: this.pos, ...rest });
  }

  #insert(tokenNumber: number, kind: TokenKind, pos: number): void {
    const behind = tokenNumber - this.#parsed;
    // go-yaml: what should stand before a token that has been taken comes last.
    this.#tokens.splice(behind < 0 ? this.#tokens.length : this.#head + behind, 0, { kind, pos, end: pos });
  }

  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.lineStart === this.lineStart && key.pos + MAX_KEY_LENGTH >= this.pos) return true;
    if (key.required) throw scannerProblem(this, key.pos, "could not find expected ':'");
    key.possible = false;
    return false;
  }

  #currentKey(): SimpleKey {
    return this.#simpleKeys[this.#simpleKeys.length - 1] as SimpleKey;
  }

  get #nextTokenNumber(): number {
    return this.#parsed + (this.#tokens.length - this.#head);
  }

  #saveSimpleKey(): void {
    if (!this.#simpleKeyAllowed) return;
    this.#removeSimpleKey();
    const key = this.#currentKey();
    key.possible = true;
    key.required = this.#flowLevel === 0 && this.#indent === this.pos - this.lineStart;
    key.tokenNumber = this.#nextTokenNumber;
    key.pos = this.pos;
    key.lineStart = this.lineStart;
    this.#keyByToken.set(key.tokenNumber, key);
  }

  #removeSimpleKey(): void {
    const key = this.#currentKey();
    if (!key.possible) return;
    if (key.required) throw scannerProblem(this, key.pos, "could not find expected ':'");
    key.possible = false;
    this.#keyByToken.delete(key.tokenNumber);
  }

  #rollIndent(column: number, kind: TokenKind, pos: number, tokenNumber?: number): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (this.#indents.length > this.#maxDepth)
      throw scannerProblem(this, this.#currentKey().pos, `exceeded max depth of ${this.#maxDepth}`);
    if (tokenNumber === undefined) this.#push(kind, pos);
    else this.#insert(tokenNumber, kind, pos);
  }

  /** `from` is where the space before the cursor begins. */
  #unrollIndent(column: number, from = this.pos): void {
    if (this.#flowLevel > 0) return;
    let end = from - 1;
    while (this.#indent > column) {
      if (this.#comments !== undefined) end = this.#comments.endOfBlock(end, this.#indent);
      this.#push("block-end", this.#comments === undefined ? this.pos : end);
      this.#indent = this.#indents.pop() as number;
    }
  }

  #fetchStreamEnd(): undefined {
    // libyaml: the end of the stream stands on a line of its own; a position past the text says so.
    if (this.pos !== this.lineStart) this.lineStart = this.pos = this.src.length + 1;
    this.#unrollIndent(-1, this.src.length);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    this.#push("stream-end", this.pos);
  }

  #fetchDirective(): undefined {
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    const pos = this.pos;
    const directive = scanDirective(this);
    this.#push("directive", pos, { directive });
  }

  #fetchDocumentMarker(kind: TokenKind): undefined {
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    const pos = this.pos;
    this.pos += 3;
    this.#push(kind, pos);
  }

  #fetchFlowStart(kind: TokenKind): undefined {
    this.#saveSimpleKey();
    // go-yaml: with the number of the key that the collection may be, which it thereby forgets where the collection has nothing in it.
    this.#simpleKeys.push(noKey(this.#nextTokenNumber));
    this.#flowLevel += 1;
    if (this.#flowLevel > this.#maxDepth) throw scannerProblem(this, this.pos, `exceeded max depth of ${this.#maxDepth}`);
    this.#simpleKeyAllowed = true;
    this.#pushOne(kind);
  }

  #fetchFlowEnd(kind: TokenKind): undefined {
    this.#removeSimpleKey();
    if (this.#flowLevel > 0) {
      this.#flowLevel -= 1;
      this.#keyByToken.delete((this.#simpleKeys.pop() as SimpleKey).tokenNumber);
    }
    this.#simpleKeyAllowed = false;
    this.#pushOne(kind);
  }

  #fetchFlowEntry(): undefined {
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    this.#pushOne("flow-entry");
  }

  #fetchBlockEntry(): undefined {
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) throw scannerProblem(this, this.pos, "block sequence entries are not allowed in this context");
      this.#rollIndent(this.pos - this.lineStart, "block-sequence-start", this.pos);
    }
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    this.#pushOne("block-entry");
  }

  #fetchKey(): undefined {
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) throw scannerProblem(this, this.pos, "mapping keys are not allowed in this context");
      this.#rollIndent(this.pos - this.lineStart, "block-mapping-start", this.pos);
    }
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = this.#flowLevel === 0;
    this.#pushOne("key");
  }

  #fetchValue(): undefined {
    const key = this.#currentKey();
    if (this.#isValid(key)) {
      this.#insert(key.tokenNumber, "key", key.pos);
      this.#rollIndent(key.pos - key.lineStart, "block-mapping-start", key.pos, key.tokenNumber);
      key.possible = false;
      this.#keyByToken.delete(key.tokenNumber);
      this.#simpleKeyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#simpleKeyAllowed) throw scannerProblem(this, this.pos, "mapping values are not allowed in this context");
        this.#rollIndent(this.pos - this.lineStart, "block-mapping-start", this.pos);
      }
      this.#simpleKeyAllowed = this.#flowLevel === 0;
    }
    this.#pushOne("value");
  }

  #fetchProperty(kind: "alias" | "anchor" | "tag"): undefined {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const pos = this.pos;
    if (kind === "tag") {
      const tag = scanTag(this);
      this.#push(kind, pos, { tag });
    } else {
      const text = scanAnchorName(this);
      this.#push(kind, pos, { text });
    }
  }

  #fetchBlockScalar(): undefined {
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    const pos = this.pos;
    const style = this.src[this.pos] === ">" ? "folded" : "block";
    const { lineStart } = this;
    const text = scanBlockScalar(this, this.#indent);
    if (this.#comments !== undefined) this.#noteHeaderComment(this.#comments, pos, lineStart);
    this.#push("scalar", pos, { text, style });
  }

  #noteHeaderComment(comments: CommentQueue, pos: number, lineStart: number): void {
    const hash = /^[|>][-+0-9]*[ \t]*(#[^\n\x85\u2028\u2029]*)/.exec(this.src.slice(pos, pos + 4096));
    if (hash === null) return;
    const start = pos + hash[0].length - hash[1]!.length;
    comments.addLine(hash[1]!, { pos: start, line: 0, column: start - lineStart }, pos);
  }

  #fetchQuoted(): undefined {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const pos = this.pos;
    const text = scanQuoted(this);
    this.#push("scalar", pos, { text, style: "quoted" });
  }

  #fetchPlain(): undefined {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const pos = this.pos;
    const scalar = scanPlain(this, this.#indent + 1, this.#flowLevel > 0);
    if (scalar.endedAtLineStart) this.#simpleKeyAllowed = true;
    this.#push("scalar", pos, { text: scalar.text, style: "plain" });
  }

  #pushOne(kind: TokenKind): void {
    const pos = this.pos;
    this.pos += 1;
    this.#push(kind, pos);
  }
}

function noKey(tokenNumber: number): SimpleKey {
  return { possible: false, required: false, tokenNumber, pos: 0, lineStart: 0 };
}
