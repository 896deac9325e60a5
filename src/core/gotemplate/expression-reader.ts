import { unquote } from "./fmt/quote.js";
import type { ChainNode, CommandNode, FieldNode, Operand, PipeNode, VariableNode } from "./nodes.js";
import { parseNumber } from "./number-node.js";

const maxNesting = 100;
const none: readonly string[] = [];
const noDeclarations: readonly VariableNode[] = [];

/**
 * Reads expressions straight from a text, without tokens: what `ExpressionParser` gives for the words that templates are full of.
 * Whatever is rare or wrong is undefined, for that parser to judge. Positions count from `base`.
 */
export class ExpressionReader {
  text = "";
  base = 0;
  /** Where reading goes on, in UTF-16 units of `text`. */
  pos = 0;
  /** Variables that must have been declared before. */
  uses: readonly string[] = none;
  declares: readonly string[] = none;
  private nesting = 0;

  constructor(private readonly hasFunction: (name: string) => boolean) {}

  /** Begins at the action `{{` that stands at `open`. */
  start(text: string, open: number): void {
    this.text = text;
    this.base = open;
    this.pos = open + 2;
    this.uses = none;
    this.declares = none;
    this.nesting = 0;
    if (text.charCodeAt(this.pos) === minus && isBlank(text.charCodeAt(this.pos + 1))) this.pos += 2;
  }

  /** Up to and with its end: `)` for a pipeline in parentheses, else the right delimiter. */
  pipeline(end: "parenthesis" | "delimiter", isRange: boolean): PipeNode | undefined {
    const pos = this.skipBlanks() - this.base;
    let declarations: readonly VariableNode[] = noDeclarations;
    let isAssign = false;
    if (this.text.charCodeAt(this.pos) === dollar) {
      const declared: VariableNode[] = [];
      const assigns = this.declarations(declared, isRange);
      if (assigns === undefined) return undefined;
      isAssign = assigns;
      if (declared.length > 0) declarations = declared;
    }
    const first = this.command();
    if (first === undefined) return undefined;
    // An array literal takes no more room than it needs, one that is pushed to holds seventeen.
    let commands = [first];
    while (this.text.charCodeAt(this.pos) === bar) {
      this.pos++;
      const command = this.command();
      if (command === undefined || isConstant(command.args[0] as Operand)) return undefined;
      commands = commands.length === 1 ? [first, command] : [...commands, command];
    }
    const isClosed = end === "delimiter" ? this.closes() : this.text.charCodeAt(this.pos++) === rightParenthesis;
    return isClosed
      ? { kind: "pipe", pos, isAssign, declarations, commands, compiledPipe: undefined, compiledCommand: undefined }
      : undefined;
  }

  /** Passes the right delimiter, where there is one. */
  closes(): boolean {
    const { text, pos } = this;
    const code = text.charCodeAt(pos);
    const brace = code === minus && isBlank(text.charCodeAt(pos - 1)) ? pos + 1 : pos;
    if (text.charCodeAt(brace) !== rightBrace || text.charCodeAt(brace + 1) !== rightBrace) return false;
    this.pos = brace + 2;
    return true;
  }

  /** The word that stands here, as far as ASCII goes. */
  word(): string {
    const start = this.pos;
    this.skipWord();
    return this.text.slice(start, this.pos);
  }

  /** The text of a string literal that stands here. */
  string(): string | undefined {
    const operand = this.stringLiteral();
    return operand?.kind === "string" ? operand.value : undefined;
  }

  skipBlanks(): number {
    const { text } = this;
    let at = this.pos;
    while (isBlank(text.charCodeAt(at))) at++;
    this.pos = at;
    return at;
  }

  /** Whether a word may end here. */
  atTerminator(): boolean {
    const code = this.text.charCodeAt(this.pos);
    if (code === rightBrace) return this.text.charCodeAt(this.pos + 1) === rightBrace;
    return isBlank(code) || code === dot || code === bar || code === rightParenthesis || code === leftParenthesis;
  }

  private skipWord(): void {
    wordRun.lastIndex = this.pos;
    if (wordRun.test(this.text)) this.pos = wordRun.lastIndex;
  }

  /** The names of `.a.b.c` that stands here; undefined where it is anything else. */
  private names(): string[] | undefined {
    const start = this.pos;
    nameRun.lastIndex = start;
    if (!nameRun.test(this.text)) return undefined;
    this.pos = nameRun.lastIndex;
    // A dot that is left begins no name.
    if (!this.atTerminator() || this.text.charCodeAt(this.pos) === dot) return undefined;
    return this.text.slice(start + 1, this.pos).split(".");
  }

  /** `$x :=`, `$x =`, `$i, $x :=`: whether it assigns; no declaration is read where the variable only begins a command. */
  private declarations(into: VariableNode[], isRange: boolean): boolean | undefined {
    const { text } = this;
    for (;;) {
      const start = this.pos;
      this.pos++;
      this.skipWord();
      const name = text.slice(start, this.pos);
      const isParted = isBlank(text.charCodeAt(this.pos));
      const next = text.charCodeAt(this.skipBlanks());
      const declares = next === colon && text.charCodeAt(this.pos + 1) === equals;
      if (next === equals && !isParted) return undefined;
      if (!declares && next !== equals && next !== comma) {
        this.pos = start;
        return into.length > 0 ? undefined : false;
      }
      into.push({ kind: "variable", pos: start - this.base, path: [name] });
      this.declares = [...this.declares, name];
      this.pos += declares ? 2 : 1;
      if (next !== comma) return !declares;
      if (!isRange || into.length > 1 || text.charCodeAt(this.skipBlanks()) !== dollar) return undefined;
    }
  }

  /** Ends before `|`, `)` or a right delimiter. */
  private command(): CommandNode | undefined {
    const { text } = this;
    const pos = this.skipBlanks() - this.base;
    let args: Operand[] | undefined;
    for (;;) {
      const operand = this.operand();
      if (operand === undefined) return undefined;
      args = args === undefined ? [operand] : args.length === 1 ? [args[0] as Operand, operand] : [...args, operand];
      const isParted = isBlank(text.charCodeAt(this.pos));
      const next = text.charCodeAt(isParted ? this.skipBlanks() : this.pos);
      if (next === bar || next === rightParenthesis || next === rightBrace) break;
      if (!isParted) return undefined;
      if (next === minus && text.charCodeAt(this.pos + 1) === rightBrace) break;
    }
    return { kind: "command", pos, args };
  }

  private operand(): Operand | undefined {
    const node = this.term();
    if (node === undefined || this.text.charCodeAt(this.pos) !== dot) return node;
    const pos = this.pos - this.base;
    if (node.kind !== "variable" && node.kind !== "pipe" && node.kind !== "identifier") return undefined;
    const path = this.names();
    if (path === undefined) return undefined;
    return node.kind === "variable"
      ? ({ kind: "variable", pos, path: [...node.path, ...path] } satisfies VariableNode)
      : ({ kind: "chain", pos, node, path } satisfies ChainNode);
  }

  private term(): Operand | undefined {
    const pos = this.pos - this.base;
    const code = this.text.charCodeAt(this.pos);
    switch (code) {
      case dot: {
        const next = this.text.charCodeAt(this.pos + 1);
        if (isWord(next)) return this.field(pos);
        this.pos++;
        return this.atTerminator() && next !== dot ? { kind: "dot", pos } : undefined;
      }
      case dollar: {
        const start = this.pos++;
        this.skipWord();
        if (!this.atTerminator()) return undefined;
        const name = this.text.slice(start, this.pos);
        if (name !== "$" && !this.declares.includes(name)) this.uses = [...this.uses, name];
        return { kind: "variable", pos, path: [name] };
      }
      case doubleQuote:
      case backQuote:
        return this.stringLiteral();
      case leftParenthesis: {
        this.pos++;
        if (++this.nesting > maxNesting) return undefined;
        const pipe = this.pipeline("parenthesis", false);
        this.nesting--;
        return pipe;
      }
    }
    if (isDigit(code) || code === minus) return this.number(pos);
    return isWord(code) ? this.named(pos) : undefined;
  }

  private field(pos: number): Operand | undefined {
    const path = this.names();
    if (path === undefined) return undefined;
    // A path stands where its second name begins, as the original's parser has it.
    return { kind: "field", pos: path.length > 1 ? pos + 1 + (path[0] as string).length : pos, path } satisfies FieldNode;
  }

  private named(pos: number): Operand | undefined {
    const name = this.word();
    if (!this.atTerminator()) return undefined;
    if (name === "true" || name === "false") return { kind: "bool", pos, value: name === "true" };
    if (name === "nil") return { kind: "nil", pos };
    return !keywords.has(name) && this.hasFunction(name) ? { kind: "identifier", pos, name } : undefined;
  }

  /** Whole decimal numbers. */
  private number(pos: number): Operand | undefined {
    const start = this.pos++;
    while (isDigit(this.text.charCodeAt(this.pos))) this.pos++;
    const end = this.text.charCodeAt(this.pos);
    if (!isBlank(end) && end !== rightParenthesis && end !== bar && end !== rightBrace) return undefined;
    const number = parseNumber(this.text.slice(start, this.pos), pos);
    return typeof number === "string" ? undefined : number;
  }

  private stringLiteral(): Operand | undefined {
    const { text, pos: start } = this;
    const code = text.charCodeAt(start);
    let end: number;
    if (code === backQuote) end = text.indexOf("`", start + 1);
    else if (code === doubleQuote) {
      plainRun.lastIndex = start + 1;
      plainRun.test(text);
      end = plainRun.lastIndex;
      if (text.charCodeAt(end) === doubleQuote) {
        this.pos = end + 1;
        return { kind: "string", pos: start - this.base, quoted: text.slice(start, end + 1), value: text.slice(start + 1, end) };
      }
      end = endOfQuoted(text, end);
    } else return undefined;
    if (end < 0) return undefined;
    this.pos = end + 1;
    const quoted = text.slice(start, end + 1);
    const value = unquote(quoted);
    return value === undefined ? undefined : { kind: "string", pos: start - this.base, quoted, value };
  }
}

function isConstant({ kind }: Operand): boolean {
  return kind === "bool" || kind === "dot" || kind === "nil" || kind === "number" || kind === "string";
}

/** Where the closing quote of a literal stands that began before `from`; -1 where the line ends first. */
function endOfQuoted(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === doubleQuote) return at;
    if (code === lineFeed) return -1;
    if (code === backslash && text.charCodeAt(++at) === lineFeed) return -1;
  }
  return -1;
}

const keywords: ReadonlySet<string> = new Set("block break continue define else end if range nil template with".split(" "));

// The engine's own matcher runs at full speed from the first character on; loops over characters only once they are compiled.
const wordRun = /[A-Za-z0-9_]+/y;
const nameRun = /(?:\.[A-Za-z_][A-Za-z0-9_]*)+/y;
const plainRun = /[^"\\\n]*/y;

const lineFeed = 0x0a;
const doubleQuote = 0x22;
const dollar = 0x24;
const leftParenthesis = 0x28;
const rightParenthesis = 0x29;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const colon = 0x3a;
const equals = 0x3d;
const backslash = 0x5c;
const backQuote = 0x60;
const bar = 0x7c;
const rightBrace = 0x7d;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** ASCII letters, digits and the underscore; others end a word, and no word may end before them. */
function isWord(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDigit(code) || code === 0x5f;
}
