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
  readonly line: number;
}

const keywords = new Set(["block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with"]);

const spaces = /[ \t\r\n]/;
const word = /[\p{L}\p{Nd}_]/u;
const leftTrim = /^-[ \t\r\n]/;
const rightTrim = /^[ \t\r\n]-/;

/** Splits template text into tokens, one at a time; after an error token there is only the end. */
export class Lexer {
  private pos = 0;
  private start = 0;
  private line = 1;
  private startLine = 1;
  private insideAction = false;
  private parenDepth = 0;

  constructor(
    private input: string,
    private readonly options: { readonly breakOk: boolean; readonly continueOk: boolean },
  ) {}

  next(): Token {
    for (;;) {
      const token = this.insideAction ? this.lexInsideAction() : this.lexText();
      if (token) return token;
    }
  }

  private emit(kind: TokenKind): Token {
    const text = this.input.slice(this.start, this.pos);
    const token: Token = { kind, pos: this.start, text, line: this.startLine };
    this.line += countNewlines(text);
    this.start = this.pos;
    this.startLine = this.line;
    return token;
  }

  private skip(): void {
    this.line += countNewlines(this.input.slice(this.start, this.pos));
    this.start = this.pos;
    this.startLine = this.line;
  }

  private fail(message: string): Token {
    const token: Token = { kind: "error", pos: this.start, text: message, line: this.startLine };
    this.start = 0;
    this.pos = 0;
    this.input = "";
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
      this.pos = found;
      const trimmed = leftTrim.test(this.input.slice(found + 2, found + 4)) ? trailingSpaces(this.input, this.start, found) : 0;
      this.pos -= trimmed;
      const text = this.pos > this.start ? this.emit("text") : undefined;
      this.pos += trimmed;
      this.skip();
      if (text) return text;
    }
    return this.lexLeftDelim();
  }

  private lexLeftDelim(): Token | undefined {
    this.pos += 2;
    const afterMarker = leftTrim.test(this.input.slice(this.pos, this.pos + 2)) ? 2 : 0;
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
    if (delim === "trim") this.skipSpaces();
    this.skip();
    return undefined;
  }

  private rightDelim(): "plain" | "trim" | undefined {
    if (this.input.startsWith("}}", this.pos)) return "plain";
    return rightTrim.test(this.input.slice(this.pos, this.pos + 2)) && this.input.startsWith("}}", this.pos + 2)
      ? "trim"
      : undefined;
  }

  private skipSpaces(): void {
    while (this.pos < this.input.length && isSpace(this.input[this.pos])) this.pos++;
  }

  private lexRightDelim(trim: boolean): Token {
    if (trim) {
      this.pos += 2;
      this.skip();
    }
    this.pos += 2;
    const token = this.emit("rightDelim");
    if (trim) {
      this.skipSpaces();
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
    const char = this.charAt(this.pos);
    if (isSpace(char)) return this.lexSpace();
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
    if (char === "." && this.pos < this.input.length && !isDigit(this.input[this.pos])) return this.lexFieldOrVariable("field");
    if (char === "." || char === "+" || char === "-" || isDigit(char)) {
      this.pos -= 1;
      return this.lexNumber();
    }
    if (word.test(char)) {
      this.pos -= char.length;
      return this.lexIdentifier();
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
    this.skipSpaces();
    // The last blank may belong to a " -}}".
    const last = this.pos - 1;
    if (rightTrim.test(this.input.slice(last, last + 2)) && this.input.startsWith("}}", last + 2)) {
      this.pos = last;
      if (last === from) return this.lexRightDelim(true);
    }
    return this.emit("space");
  }

  private lexIdentifier(): Token {
    this.acceptWord();
    const text = this.input.slice(this.start, this.pos);
    if (!this.atTerminator()) return this.fail(`bad character ${quoteRune(this.charAt(this.pos))}`);
    const isLoopWord = (text === "break" && !this.options.breakOk) || (text === "continue" && !this.options.continueOk);
    if (keywords.has(text) && !isLoopWord) return this.emit("keyword");
    return this.emit(text === "true" || text === "false" ? "bool" : "identifier");
  }

  private lexFieldOrVariable(kind: "field" | "variable"): Token {
    if (this.atTerminator()) return this.emit(kind === "variable" ? "variable" : "keyword");
    this.acceptWord();
    if (!this.atTerminator()) return this.fail(`bad character ${quoteRune(this.charAt(this.pos))}`);
    return this.emit(kind);
  }

  private acceptWord(): void {
    for (let char = this.charAt(this.pos); char !== "" && word.test(char); char = this.charAt(this.pos)) this.pos += char.length;
  }

  private atTerminator(): boolean {
    if (this.pos >= this.input.length) return true;
    return /[ \t\r\n.,|:)(]/.test(this.input[this.pos] as string) || this.input.startsWith("}}", this.pos);
  }

  private lexQuoted(end: string, kind: TokenKind, message: string): Token {
    for (; this.pos < this.input.length; this.pos++) {
      const char = this.input[this.pos];
      if (char === "\n") break;
      if (char === end) {
        this.pos++;
        return this.emit(kind);
      }
      if (char === "\\") {
        this.pos++;
        if (this.pos >= this.input.length || this.input[this.pos] === "\n") break;
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

function isSpace(char: string | undefined): boolean {
  return char !== undefined && spaces.test(char);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "9";
}

function countNewlines(text: string): number {
  let count = 0;
  for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) count++;
  return count;
}

function trailingSpaces(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && isSpace(text[at - 1])) at--;
  return to - at;
}

/** Line (from 1) and column (in bytes, from 0) of a text offset, as error messages count them. */
export function positionOf(text: string, pos: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, pos);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: 1 + countNewlines(before), column: byteLength(before.slice(lineStart)) };
}
