import { quote, unquote, unquoteChar } from "./fmt/quote.js";
import type { Token, TokenKind } from "./lexer.js";
import { type CommandNode, type Operand, type PipeNode, show, type VariableNode } from "./nodes.js";
import { parseNumber } from "./number-node.js";
import { isKeyword, type TokenStream } from "./token-stream.js";
import { byteLength } from "./value/text.js";

/** What an expression stands in: variables, functions, nesting and the action it is part of. */
export interface Scope {
  readonly file: string;
  readonly hasFunction: (name: string) => boolean;
  readonly isDeclared: (variable: string) => boolean;
  readonly declare: (variable: string) => void;
  /** Counts nesting; fails where it is too deep. */
  readonly enter: () => void;
  readonly leave: () => void;
  /** The left delimiter of the action, for errors. */
  readonly actionStart: Token | undefined;
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

/** Parses pipelines: what stands in an action beside its keyword. */
export class ExpressionParser {
  constructor(
    private readonly tokens: TokenStream,
    private readonly scope: Scope,
  ) {}

  pipeline(context: string, end: "rightDelim" | "rightParen"): PipeNode {
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
    return { kind: "pipe", pos, isAssign, declarations, commands, compiledPipe: undefined, compiledCommand: undefined };
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
      if (after.kind === "space") this.tokens.back(after);
      this.tokens.back(variable);
      return { declarations, isAssign: false };
    }
  }

  private declare(declarations: VariableNode[], token: Token): void {
    declarations.push({ kind: "variable", pos: token.pos, path: token.text.split(".") });
    this.scope.declare(token.text);
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
        if (!this.scope.hasFunction(text)) this.tokens.fail(`function ${quote(text)} not defined`);
        return { kind: "identifier", pos, name: text };
      case "variable":
        if (!this.scope.isDeclared(text)) this.tokens.fail(`undefined variable ${quote(text)}`);
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
        this.scope.enter();
        const pipe = this.pipeline("parenthesized pipeline", "rightParen");
        this.scope.leave();
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

  unquote(token: Token): string {
    return unquote(token.text) ?? this.tokens.fail("invalid syntax");
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== "error") this.tokens.fail(`unexpected ${describe(token)} in ${context}`);
    let started = "";
    const { actionStart } = this.scope;
    if (actionStart && this.tokens.lineOf(actionStart) !== this.tokens.lineOf(token)) {
      const action = token.text.endsWith(" action") ? "" : " in action";
      started = `${action} started at ${this.scope.file}:${this.tokens.lineOf(actionStart)}`;
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
