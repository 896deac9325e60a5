import { quote, quoteRune } from "./fmt/quote.js";
import { byteLength } from "./value/text.js";

export type TokenKind =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | "keyword";

export interface Token {
  readonly kind: TokenKind;
  /** Offset in the text, in UTF-16 units. */
  readonly pos: number;
  readonly text: string;
}

const keywords = new Set(["block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with"]);

const word = /[\p{L}\p{Nd}_]/u;

/** Whether `break` and `continue` are keywords: not where functions have these names. */
export interface LoopWords {
  readonly breakOk: boolean;
  readonly continueOk: boolean;
}

/** Splits template text into tokens, one at a time; after an error token there is only the end. */
export class Lexer {
  private pos = 0;
  private start = 0;
  private insideAction = false;
  private parenDepth = 0;

  constructor(
    private input: string,
    private readonly options: LoopWords,
  ) {}

  next(): Token {
    for (;;) {
      const token = this.insideAction ? this.lexInsideAction() : this.lexText();
      if (token) return token;
    }
  }

  private emit(kind: TokenKind): Token {
    const { start } = this;
    this.start = this.pos;
    return { kind, pos: start, text: this.input.slice(start, this.pos) };
  }

  private skip(): void {
    this.start = this.pos;
  }

  private fail(message: string): Token {
    const token: Token = { kind: "error", pos: this.start, text: message };
    this.pos = this.start;
    this.input = this.input.slice(0, this.start);
    this.insideAction = false;
    return token;
  }

  private lexText(): Token | undefined {
    const found = this.input.indexOf("{{", this.pos);
    if (found < 0) {
      this.pos = this.input.length;
      return this.emit(this.pos > this.start ? "text" : "eof");
    }
    if (found > this.pos) {
      this.pos = trimsLeft(this.input, found + 2) ? endOfText(this.input, this.start, found) : found;
      const text = this.pos > this.start ? this.emit("text") : undefined;
      this.pos = found;
      this.skip();
      if (text) return text;
    }
    return this.lexLeftDelim();
  }

  private lexLeftDelim(): Token | undefined {
    this.pos += 2;
    const afterMarker = trimsLeft(this.input, this.pos) ? 2 : 0;
    if (this.input.startsWith("/*", this.pos + afterMarker)) {
      this.pos += afterMarker;
      this.skip();
      return this.lexComment();
    }
    const token = this.emit("leftDelim");
    this.insideAction = true;
    this.pos += afterMarker;
    this.skip();
    this.parenDepth = 0;
    return token;
  }

  private lexComment(): Token | undefined {
    const end = this.input.indexOf("*/", this.pos + 2);
    if (end < 0) return this.fail("unclosed comment");
    this.pos = end + 2;
    const delim = this.rightDelim();
    if (delim === undefined) return this.fail("comment ends before closing delimiter");
    this.pos += delim === "trim" ? 4 : 2;
    if (delim === "trim") this.pos = endOfSpaces(this.input, this.pos);
    this.skip();
    return undefined;
  }

  private rightDelim(): "plain" | "trim" | undefined {
    const code = this.input.charCodeAt(this.pos);
    if (code === closingBrace) return this.input.charCodeAt(this.pos + 1) === closingBrace ? "plain" : undefined;
    return isSpace(code) && this.input.startsWith("-}}", this.pos + 1) ? "trim" : undefined;
  }

  private lexRightDelim(trim: boolean): Token {
    if (trim) {
      this.pos += 2;
      this.skip();
    }
    this.pos += 2;
    const token = this.emit("rightDelim");
    if (trim) {
      this.pos = endOfSpaces(this.input, this.pos);
      this.skip();
    }
    this.insideAction = false;
    return token;
  }

  private lexInsideAction(): Token {
    const delim = this.rightDelim();
    if (delim !== undefined) {
      if (this.parenDepth === 0) return this.lexRightDelim(delim === "trim");
      return this.fail("unclosed left paren");
    }
    if (this.pos >= this.input.length) return this.fail("unclosed action");
    const code = this.input.charCodeAt(this.pos);
    if (isSpace(code)) return this.lexSpace();
    if (isWordAt(this.input, this.pos) && !isDigit(code)) return this.lexIdentifier();
    const char = this.charAt(this.pos);
    this.pos += char.length;
    switch (char) {
      case "=":
        return this.emit("assign");
      case ":":
        if (this.input[this.pos] !== "=") return this.fail("expected :=");
        this.pos++;
        return this.emit("declare");
      case "|":
        return this.emit("pipe");
      case '"':
        return this.lexQuoted('"', "string", "unterminated quoted string");
      case "`": {
        const end = this.input.indexOf("`", this.pos);
        if (end < 0) return this.fail("unterminated raw quoted string");
        this.pos = end + 1;
        return this.emit("rawString");
      }
      case "$":
        return this.lexFieldOrVariable("variable");
      case "'":
        return this.lexQuoted("'", "charConstant", "unterminated character constant");
      case "(":
        this.parenDepth++;
        return this.emit("leftParen");
      case ")":
        this.parenDepth--;
        if (this.parenDepth < 0) return this.fail("unexpected right paren");
        return this.emit("rightParen");
    }
    if (char === "." && this.pos < this.input.length && !isDigit(this.input.charCodeAt(this.pos)))
      return this.lexFieldOrVariable("field");
    if (char === "." || char === "+" || char === "-" || isDigit(code)) {
      this.pos -= 1;
      return this.lexNumber();
    }
    if (char >= " " && char <= "~") return this.emit("char");
    return this.fail(`unrecognized character in action: ${quoteRune(char)}`);
  }

  private charAt(pos: number): string {
    const code = this.input.codePointAt(pos);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  private lexSpace(): Token {
    const from = this.pos;
    this.pos = endOfSpaces(this.input, from);
    // The last blank may belong to a " -}}".
    if (this.input.startsWith("-}}", this.pos)) {
      this.pos--;
      if (this.pos === from) return this.lexRightDelim(true);
    }
    return this.emit("space");
  }

  private lexIdentifier(): Token {
    this.pos = endOfWord(this.input, this.pos);
    if (!this.atTerminator()) return this.fail(`bad character ${quoteRune(this.charAt(this.pos))}`);
    const token = this.emit("identifier");
    const { text } = token;
    if (keywords.has(text)) {
      const isLoopWord = (text === "break" && !this.options.breakOk) || (text === "continue" && !this.options.continueOk);
      return isLoopWord ? token : { ...token, kind: "keyword" };
    }
    return text === "true" || text === "false" ? { ...token, kind: "bool" } : token;
  }

  private lexFieldOrVariable(kind: "field" | "variable"): Token {
    if (this.atTerminator()) return this.emit(kind === "variable" ? "variable" : "keyword");
    this.pos = endOfWord(this.input, this.pos);
    if (!this.atTerminator()) return this.fail(`bad character ${quoteRune(this.charAt(this.pos))}`);
    return this.emit(kind);
  }

  private atTerminator(): boolean {
    const code = this.input.charCodeAt(this.pos);
    if (code === closingBrace) return this.input.charCodeAt(this.pos + 1) === closingBrace;
    return Number.isNaN(code) || isSpace(code) || terminators.has(code);
  }

  private lexQuoted(end: string, kind: TokenKind, message: string): Token {
    const { input } = this;
    const endCode = end.charCodeAt(0);
    for (; this.pos < input.length; this.pos++) {
      const code = input.charCodeAt(this.pos);
      if (code === 0x0a) break;
      if (code === endCode) {
        this.pos++;
        return this.emit(kind);
      }
      if (code === 0x5c) {
        this.pos++;
        if (this.pos >= input.length || input.charCodeAt(this.pos) === 0x0a) break;
      }
    }
    return this.fail(message);
  }

  private lexNumber(): Token {
    if (!this.scanNumber()) return this.badNumber();
    if (this.input[this.pos] === "+" || this.input[this.pos] === "-") {
      if (!this.scanNumber() || this.input[this.pos - 1] !== "i") return this.badNumber();
      return this.emit("complex");
    }
    return this.emit("number");
  }

  private badNumber(): Token {
    return this.fail(`bad number syntax: ${quote(this.input.slice(this.start, this.pos))}`);
  }

  private scanNumber(): boolean {
    let end = this.pos;
    while (isDigit(this.input.charCodeAt(end))) end++;
    if (end > this.pos && this.input[end] !== "." && !isWordAt(this.input, end)) {
      this.pos = end;
      return true;
    }
    const rest = this.input.slice(this.pos);
    const prefix = /^[+-]?(?:0[xXoObB])?/.exec(rest)?.[0] ?? "";
    const base = prefix.slice(-1).toLowerCase();
    const tail = rest.slice(prefix.length);
    let body: RegExp = /^[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?i?/;
    if (base === "x") body = /^[0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?i?/;
    else if (base === "o") body = /^[0-7_]*(?:\.[0-7_]*)?i?/;
    else if (base === "b") body = /^[01_]*(?:\.[01_]*)?i?/;
    this.pos += prefix.length + (body.exec(tail)?.[0].length ?? 0);
    const next = this.charAt(this.pos);
    if (next !== "" && word.test(next)) {
      this.pos += next.length;
      return false;
    }
    return true;
  }
}

const closingBrace = 0x7d;
const terminators: ReadonlySet<number> = new Set(Array.from(".,|:)(", (char) => char.charCodeAt(0)));

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether a letter, digit or underscore is at `pos`. */
function isWordAt(text: string, pos: number): boolean {
  const code = text.charCodeAt(pos);
  if (code >= 0x80) return word.test(String.fromCodePoint(text.codePointAt(pos) as number));
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDigit(code) || code === 0x5f;
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (isWordAt(text, at)) at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
  return at;
}

/** Whether the delimiter that ends before `pos` has a trim marker: `{{- `. */
export function trimsLeft(text: string, pos: number): boolean {
  return text.charCodeAt(pos) === 0x2d && isSpace(text.charCodeAt(pos + 1));
}

/** Whether the delimiter that ends at `end` has a trim marker: ` -}}`. */
export function trimsRight(text: string, end: number): boolean {
  return text.charCodeAt(end - 3) === 0x2d && isSpace(text.charCodeAt(end - 4));
}

/** Where the text from `from` to `to` ends without its blanks. */
export function endOfText(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}

/** The first position from `from` that is no blank. */
export function endOfSpaces(text: string, from: number): number {
  spaceRun.lastIndex = from;
  return spaceRun.test(text) ? spaceRun.lastIndex : from;
}

const spaceRun = /[ \t\r\n]+/y;

/** Line (from 1) of an offset. */
export function lineOf(text: string, pos: number): number {
  let line = 1;
  for (let index = text.indexOf("\n"); index >= 0 && index < pos; index = text.indexOf("\n", index + 1)) line++;
  return line;
}

/** Line (from 1) and column (in bytes, from 0) of a text offset, as error messages count them. */
export function positionOf(text: string, pos: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, pos);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: lineOf(text, pos), column: byteLength(before.slice(lineStart)) };
}
