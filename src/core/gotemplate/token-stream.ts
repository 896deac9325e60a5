import { TemplateFailure } from "./errors.js";
import { Lexer, type LoopWords, lineOf, type Token } from "./lexer.js";

/** Up to three tokens of look-ahead over the lexer. */
export class TokenStream {
  private readonly buffer: Token[] = [];
  private last: Token = { kind: "eof", pos: 0, text: "" };
  private readonly lexer: Lexer;

  constructor(
    private readonly name: string,
    private readonly text: string,
    words: LoopWords,
  ) {
    this.lexer = new Lexer(text, words);
  }

  next(): Token {
    const buffered = this.buffer.pop();
    if (buffered) return buffered;
    this.last = this.lexer.next();
    return this.last;
  }

  /** Where the action ended whose last token was read; undefined before. */
  get ended(): number | undefined {
    return this.last.kind === "rightDelim" ? this.last.pos + 2 : undefined;
  }

  back(token: Token): void {
    this.buffer.push(token);
  }

  peek(): Token {
    const token = this.next();
    this.buffer.push(token);
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.buffer.push(token);
    return token;
  }

  /** The line (from 1) of a token. */
  lineOf(token: Token): number {
    return lineOf(this.text, token.pos);
  }

  /** The original reports the line of the token that was lexed last, not of the offending one. */
  fail(message: string): never {
    const line = this.lineOf(this.last);
    throw new TemplateFailure(`template: ${this.name}:${line}: ${message}`, {
      kind: "parse",
      at: { file: this.name, line },
    });
  }
}

export function isKeyword(token: Token, text: string): boolean {
  return token.kind === "keyword" && token.text === text;
}
