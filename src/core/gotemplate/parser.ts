import { TemplateFailure } from "./errors.js";
import { quote, unquote, unquoteChar } from "./fmt/quote.js";
import { Lexer, type Token, type TokenKind } from "./lexer.js";
import {
  type ActionNode,
  type BranchNode,
  type CommandNode,
  isEmptyTree,
  type ListNode,
  type Node,
  type Operand,
  type PipeNode,
  show,
  type TemplateNode,
  type VariableNode,
} from "./nodes.js";
import { parseNumber } from "./number-node.js";
import { byteLength } from "./value/text.js";

/** A parsed template. `parseName` and `text` are those of the file it was written in: error positions refer to them. */
export interface Tree {
  readonly name: string;
  readonly parseName: string;
  readonly text: string;
  readonly root: ListNode;
}

const maxDepth = 1000;

/** What ends a list of nodes. */
interface Terminator {
  readonly kind: "end" | "else";
  readonly pos: number;
}

/** Parses `text` into the template `name` and those it defines. Throws TemplateFailure. */
export function parseTemplate(name: string, text: string, hasFunction: (name: string) => boolean): Map<string, Tree> {
  const trees = new Map<string, Tree>();
  const tokens = new TokenStream(name, text, {
    breakOk: !hasFunction("break"),
    continueOk: !hasFunction("continue"),
  });
  new Parser({ tokens, name, text, hasFunction, trees }).parseFile();
  return trees;
}

interface Shared {
  readonly tokens: TokenStream;
  /** Name of the file. */
  readonly name: string;
  readonly text: string;
  readonly hasFunction: (name: string) => boolean;
  readonly trees: Map<string, Tree>;
}

/** Up to three tokens of look-ahead over the lexer. */
class TokenStream {
  private readonly buffer: Token[] = [];
  private last: Token = { kind: "eof", pos: 0, text: "", line: 1 };
  private readonly lexer: Lexer;

  constructor(
    private readonly name: string,
    text: string,
    options: { readonly breakOk: boolean; readonly continueOk: boolean },
  ) {
    this.lexer = new Lexer(text, options);
  }

  next(): Token {
    const buffered = this.buffer.pop();
    if (buffered) return buffered;
    this.last = this.lexer.next();
    return this.last;
  }

  back(...tokens: readonly Token[]): void {
    for (let index = tokens.length - 1; index >= 0; index--) this.buffer.push(tokens[index] as Token);
  }

  peek(): Token {
    const token = this.next();
    this.back(token);
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.back(token);
    return token;
  }

  /** The original reports the line of the token that was lexed last, not of the offending one. */
  fail(message: string): never {
    const line = this.last.line;
    throw new TemplateFailure(`template: ${this.name}:${line}: ${message}`, {
      kind: "parse",
      at: { file: this.name, line },
    });
  }
}

function isTerminator(node: Node | Terminator): node is Terminator {
  return node.kind === "end" || node.kind === "else";
}

function isKeyword(token: Token, text: string): boolean {
  return token.kind === "keyword" && token.text === text;
}

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "charConstant",
  "complex",
  "field",
  "identifier",
  "number",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

/** Parses one template body; each `define` and `block` has a parser of its own over the same tokens. */
class Parser {
  private readonly tokens: TokenStream;
  private vars: string[] = ["$"];
  private rangeDepth = 0;
  private depth = 0;
  private actionLine = 0;

  constructor(private readonly shared: Shared) {
    this.tokens = shared.tokens;
  }

  parseFile(): void {
    const nodes: Node[] = [];
    const pos = this.tokens.peek().pos;
    while (this.tokens.peek().kind !== "eof") {
      if (this.tokens.peek().kind === "leftDelim") {
        const delim = this.tokens.next();
        const token = this.tokens.nextNonSpace();
        if (isKeyword(token, "define")) {
          new Parser(this.shared).parseDefinition();
          continue;
        }
        this.tokens.back(delim, token);
      }
      const node = this.textOrAction();
      if (isTerminator(node)) this.tokens.fail(`unexpected {{${node.kind}}}`);
      else nodes.push(node);
    }
    this.add(this.shared.name, { kind: "list", pos, nodes });
  }

  private parseDefinition(): void {
    const context = "define clause";
    const token = this.tokens.nextNonSpace();
    if (token.kind !== "string" && token.kind !== "rawString") this.unexpected(token, context);
    const name = this.unquote(token);
    this.expect("rightDelim", context);
    const { list, end } = this.itemList();
    if (end.kind !== "end") this.tokens.fail(`unexpected {{${end.kind}}} in ${context}`);
    this.add(name, list);
  }

  private add(name: string, root: ListNode): void {
    const { trees, text, name: parseName } = this.shared;
    const known = trees.get(name);
    if (known === undefined || isEmptyTree(known.root)) trees.set(name, { name, parseName, text, root });
    else if (!isEmptyTree(root)) this.tokens.fail(`template: multiple definition of template ${quote(name)}`);
  }

  private itemList(): { list: ListNode; end: Terminator } {
    const nodes: Node[] = [];
    const pos = this.tokens.peekNonSpace().pos;
    while (this.tokens.peekNonSpace().kind !== "eof") {
      const node = this.textOrAction();
      if (isTerminator(node)) return { list: { kind: "list", pos, nodes }, end: node };
      nodes.push(node);
    }
    return this.tokens.fail("unexpected EOF");
  }

  private textOrAction(): Node | Terminator {
    const token = this.tokens.nextNonSpace();
    if (token.kind === "text") return { kind: "text", pos: token.pos, text: token.text };
    if (token.kind !== "leftDelim") return this.unexpected(token, "input");
    this.actionLine = token.line;
    const node = this.action();
    this.actionLine = 0;
    return node;
  }

  private action(): Node | Terminator {
    const token = this.tokens.nextNonSpace();
    if (token.kind === "keyword") {
      switch (token.text) {
        case "block":
          return this.block();
        case "break":
        case "continue":
          return this.loopControl(token, token.text);
        case "else":
          return this.elseControl();
        case "end":
          return { kind: "end", pos: this.expect("rightDelim", "end").pos };
        case "if":
        case "range":
        case "with":
          return this.branch(token.text);
        case "template":
          return this.template();
      }
    }
    this.tokens.back(token);
    const action: ActionNode = { kind: "action", pos: token.pos, pipe: this.pipeline("command", "rightDelim") };
    return action;
  }

  private loopControl(token: Token, kind: "break" | "continue"): Node {
    const next = this.tokens.nextNonSpace();
    if (next.kind !== "rightDelim") this.unexpected(next, `{{${kind}}}`);
    if (this.rangeDepth === 0) this.tokens.fail(`{{${kind}}} outside {{range}}`);
    return { kind, pos: token.pos };
  }

  private elseControl(): Terminator {
    const peek = this.tokens.peekNonSpace();
    if (isKeyword(peek, "if") || isKeyword(peek, "with")) return { kind: "else", pos: peek.pos };
    return { kind: "else", pos: this.expect("rightDelim", "else").pos };
  }

  private branch(kind: "if" | "range" | "with"): BranchNode {
    this.enter();
    const marked = this.vars.length;
    const pipe = this.pipeline(kind, "rightDelim");
    if (kind === "range") this.rangeDepth++;
    const { list, end } = this.itemList();
    if (kind === "range") this.rangeDepth--;
    const elseList = end.kind === "else" ? this.elseList(kind, end) : undefined;
    this.vars.length = marked;
    this.depth--;
    return { kind, pos: pipe.pos, pipe, list, elseList };
  }

  private elseList(kind: "if" | "range" | "with", end: Terminator): ListNode {
    // `{{else if x}}` is `{{else}}{{if x}}` with one shared `{{end}}`.
    if (kind !== "range" && isKeyword(this.tokens.peek(), kind)) {
      this.tokens.next();
      return { kind: "list", pos: end.pos, nodes: [this.branch(kind)] };
    }
    const { list, end: last } = this.itemList();
    if (last.kind !== "end") this.tokens.fail(`expected end; found {{${last.kind}}}`);
    return list;
  }

  private block(): TemplateNode {
    const context = "block clause";
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    const pipe = this.pipeline(context, "rightDelim");
    const body = new Parser(this.shared);
    const { list, end } = body.itemList();
    if (end.kind !== "end") this.tokens.fail(`unexpected {{${end.kind}}} in ${context}`);
    body.add(name, list);
    return { kind: "template", pos: token.pos, name, pipe };
  }

  private template(): TemplateNode {
    const context = "template clause";
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    const next = this.tokens.nextNonSpace();
    if (next.kind === "rightDelim") return { kind: "template", pos: token.pos, name, pipe: undefined };
    this.tokens.back(next);
    return { kind: "template", pos: token.pos, name, pipe: this.pipeline(context, "rightDelim") };
  }

  private templateName(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "rawString") return this.unexpected(token, context);
    return this.unquote(token);
  }

  private pipeline(context: string, end: "rightDelim" | "rightParen"): PipeNode {
    const { pos } = this.tokens.peekNonSpace();
    const { declarations, isAssign } = this.declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.tokens.nextNonSpace();
      if (token.kind === end) break;
      const isOperand = operandKinds.has(token.kind) || isKeyword(token, ".") || isKeyword(token, "nil");
      if (!isOperand) this.unexpected(token, context);
      this.tokens.back(token);
      commands.push(this.command());
    }
    if (commands.length === 0) this.tokens.fail(`missing value for ${context}`);
    commands.forEach((command, index) => {
      const first = (command.args[0] as Operand).kind;
      const isConstant = first === "bool" || first === "dot" || first === "nil" || first === "number" || first === "string";
      if (index > 0 && isConstant) this.tokens.fail(`non executable command in pipeline stage ${index + 1}`);
    });
    return { kind: "pipe", pos, isAssign, declarations, commands };
  }

  private declarations(context: string): { declarations: VariableNode[]; isAssign: boolean } {
    const declarations: VariableNode[] = [];
    for (;;) {
      const variable = this.tokens.peekNonSpace();
      if (variable.kind !== "variable") return { declarations, isAssign: false };
      this.tokens.next();
      const after = this.tokens.peek();
      const next = this.tokens.peekNonSpace();
      const isAssign = next.kind === "assign";
      if (isAssign || next.kind === "declare") {
        this.tokens.nextNonSpace();
        this.declare(declarations, variable);
        return { declarations, isAssign };
      }
      if (next.kind === "char" && next.text === ",") {
        this.tokens.nextNonSpace();
        this.declare(declarations, variable);
        if (context !== "range" || declarations.length >= 2) this.tokens.fail(`too many declarations in ${context}`);
        const { kind } = this.tokens.peekNonSpace();
        if (kind === "variable" || kind === "rightDelim" || kind === "rightParen") continue;
        this.tokens.fail("range can only initialize variables");
      }
      if (after.kind === "space") this.tokens.back(variable, after);
      else this.tokens.back(variable);
      return { declarations, isAssign: false };
    }
  }

  private declare(declarations: VariableNode[], token: Token): void {
    declarations.push({ kind: "variable", pos: token.pos, path: token.text.split(".") });
    this.vars.push(token.text);
  }

  private command(): CommandNode {
    const { pos } = this.tokens.peekNonSpace();
    const args: Operand[] = [];
    for (;;) {
      this.tokens.peekNonSpace();
      const operand = this.operand();
      if (operand) args.push(operand);
      const token = this.tokens.next();
      if (token.kind === "space") continue;
      if (token.kind === "rightDelim" || token.kind === "rightParen") this.tokens.back(token);
      else if (token.kind !== "pipe") this.unexpected(token, "operand");
      break;
    }
    if (args.length === 0) this.tokens.fail("empty command");
    return { kind: "command", pos, args };
  }

  private operand(): Operand | undefined {
    const node = this.term();
    if (node === undefined || this.tokens.peek().kind !== "field") return node;
    const { pos } = this.tokens.peek();
    const path: string[] = [];
    while (this.tokens.peek().kind === "field") path.push(this.tokens.next().text.slice(1));
    switch (node.kind) {
      case "field":
      case "variable":
        return { kind: node.kind, pos, path: [...node.path, ...path] };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        return this.tokens.fail(`unexpected . after term ${quote(show(node))}`);
      default:
        return { kind: "chain", pos, node, path };
    }
  }

  private term(): Operand | undefined {
    const token = this.tokens.nextNonSpace();
    const { pos, text } = token;
    switch (token.kind) {
      case "identifier":
        if (!this.shared.hasFunction(text)) this.tokens.fail(`function ${quote(text)} not defined`);
        return { kind: "identifier", pos, name: text };
      case "variable":
        if (!this.vars.includes(text)) this.tokens.fail(`undefined variable ${quote(text)}`);
        return { kind: "variable", pos, path: [text] };
      case "field":
        return { kind: "field", pos, path: [text.slice(1)] };
      case "bool":
        return { kind: "bool", pos, value: text === "true" };
      case "charConstant":
        return this.charConstant(token);
      case "complex":
      case "number": {
        const number = parseNumber(text, pos);
        return typeof number === "string" ? this.tokens.fail(number) : number;
      }
      case "leftParen": {
        this.enter();
        const pipe = this.pipeline("parenthesized pipeline", "rightParen");
        this.depth--;
        return pipe;
      }
      case "string":
      case "rawString":
        return { kind: "string", pos, quoted: text, value: this.unquote(token) };
      case "keyword":
        if (text === ".") return { kind: "dot", pos };
        if (text === "nil") return { kind: "nil", pos };
    }
    this.tokens.back(token);
    return undefined;
  }

  private charConstant(token: Token): Operand {
    const char = unquoteChar(token.text, 1, "'");
    if (char === undefined) return this.tokens.fail("invalid syntax");
    if (token.text.slice(char.next) !== "'") return this.tokens.fail(`malformed character constant: ${token.text}`);
    const value = BigInt(char.code);
    return { kind: "number", pos: token.pos, text: token.text, int: value, uint: value, float: char.code };
  }

  private unquote(token: Token): string {
    return unquote(token.text) ?? this.tokens.fail("invalid syntax");
  }

  /** Nested parentheses and branches are walked recursively: refuse what only an attack contains. */
  private enter(): void {
    if (++this.depth > maxDepth) this.tokens.fail("max expression depth exceeded");
  }

  private expect(kind: TokenKind, context: string): Token {
    const token = this.tokens.nextNonSpace();
    if (token.kind !== kind) this.unexpected(token, context);
    return token;
  }

  private unexpected(token: Token, context: string): never {
    if (token.kind !== "error") this.tokens.fail(`unexpected ${describe(token)} in ${context}`);
    let started = "";
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      const action = token.text.endsWith(" action") ? "" : " in action";
      started = `${action} started at ${this.shared.name}:${this.actionLine}`;
    }
    return this.tokens.fail(token.text + started);
  }
}

function describe(token: Token): string {
  if (token.kind === "eof") return "EOF";
  if (token.kind === "keyword") return `<${token.text}>`;
  if (byteLength(token.text) <= 10) return quote(token.text);
  return `${quote(Array.from(token.text).slice(0, 10).join(""))}...`;
}
