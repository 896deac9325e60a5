import type { FunctionDefinition, Node, Pattern } from "./ast.js";
import { syntaxError } from "./errors.js";
import { type Token, tokenize } from "./lexer.js";
import { parseNumber } from "./numbers.js";

/** Parses a jq expression of gojq's grammar. Throws InputError JQ_SYNTAX. */
export function parseJq(text: string): Node {
  return new Parser(tokenize(text)).program();
}

const maxDepth = 400;
const updateOperators = new Set(["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="]);
const compareOperators = new Set(["==", "!=", "<", "<=", ">", ">="]);
const identity: Node = { kind: "identity" };

// gojq's levels from the loosest on; `//` groups to the right, updates and comparisons not at all.
const levels: readonly { readonly accepts: (text: string) => boolean; readonly grouping: "left" | "right" | "none" }[] = [
  { accepts: (text) => text === "//", grouping: "right" },
  { accepts: (text) => updateOperators.has(text), grouping: "none" },
  { accepts: (text) => text === "or", grouping: "left" },
  { accepts: (text) => text === "and", grouping: "left" },
  { accepts: (text) => compareOperators.has(text), grouping: "none" },
  { accepts: (text) => text === "+" || text === "-", grouping: "left" },
  { accepts: (text) => text === "*" || text === "/" || text === "%", grouping: "left" },
];

/** A parse in progress: a position in the tokens. */
class Parser {
  private position = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  program(): Node {
    const definitions: FunctionDefinition[] = [];
    while (this.isKeyword("def")) definitions.push(this.definition());
    const body = this.peek().kind === "end" ? identity : this.query();
    if (this.peek().kind !== "end") throw this.unexpected();
    return withDefinitions(definitions, body);
  }

  private query(): Node {
    this.enter();
    const node = this.pipe();
    this.depth--;
    return node;
  }

  private pipe(): Node {
    if (this.isKeyword("def")) {
      const definition = this.definition();
      return { kind: "definition", definition, body: this.query() };
    }
    if (this.isKeyword("label")) {
      this.next();
      const name = this.variable();
      this.expect("|");
      return { kind: "label", name, body: this.query() };
    }
    const left = this.comma();
    if (this.isKeyword("as")) return this.binding(left);
    if (!this.take("|")) return left;
    return { kind: "pipe", left, right: this.query() };
  }

  // `a, b as $x | c` binds the whole left side in gojq's grammar only after a term; a comma to its left stays outside.
  private binding(source: Node): Node {
    this.next();
    const patterns = [this.pattern()];
    while (this.take("?//")) patterns.push(this.pattern());
    this.expect("|");
    return { kind: "as", source, patterns, body: this.query() };
  }

  private comma(): Node {
    let left = this.level(0);
    while (this.isOperator(",")) {
      this.next();
      let right: Node;
      if (this.isKeyword("def") || this.isKeyword("label")) right = this.query();
      else {
        right = this.level(0);
        if (this.isKeyword("as")) right = this.binding(right);
      }
      left = { kind: "comma", left, right };
    }
    return left;
  }

  private level(index: number): Node {
    const level = levels[index];
    if (!level) return this.term();
    let left = this.level(index + 1);
    for (;;) {
      const token = this.peek();
      const text = token.kind === "operator" || token.kind === "keyword" ? token.text : "";
      if (text === "" || !level.accepts(text)) return left;
      this.next();
      const right = level.grouping === "right" ? this.level(index) : this.level(index + 1);
      left = binary(text, left, right);
      if (level.grouping === "none") {
        const after = this.peek();
        if (after.kind === "operator" && level.accepts(after.text)) throw this.unexpected();
        return left;
      }
    }
  }

  private term(): Node {
    this.enter();
    let node = this.primary();
    for (;;) {
      const found = this.suffix(node);
      if (!found) break;
      node = found;
    }
    this.depth--;
    return node;
  }

  private suffix(of: Node): Node | undefined {
    const token = this.peek();
    if (token.kind === "field") {
      this.next();
      return { kind: "index", of, key: literal(token.text) };
    }
    if (token.kind !== "operator") return undefined;
    if (token.text === "?") {
      this.next();
      return { kind: "optional", of };
    }
    if (token.text === "[") return this.bracket(of);
    if (token.text !== ".") return undefined;
    const after = this.tokens[this.position + 1];
    if (after?.kind === "string") {
      this.next();
      return { kind: "index", of, key: this.string(undefined) };
    }
    if (after?.kind === "operator" && after.text === "[") {
      this.next();
      return this.bracket(of);
    }
    return undefined;
  }

  private bracket(of: Node): Node {
    this.expect("[");
    if (this.take("]")) return { kind: "iterate", of };
    if (this.take(":")) {
      const to = this.query();
      this.expect("]");
      return { kind: "slice", of, from: undefined, to };
    }
    const from = this.query();
    if (!this.take(":")) {
      this.expect("]");
      return { kind: "index", of, key: from };
    }
    if (this.take("]")) return { kind: "slice", of, from, to: undefined };
    const to = this.query();
    this.expect("]");
    return { kind: "slice", of, from, to };
  }

  private primary(): Node {
    const token = this.next();
    switch (token.kind) {
      case "number":
        return literal(parseNumber(token.text) ?? 0);
      case "string":
        this.position--;
        return this.string(undefined);
      case "format":
        return this.peek().kind === "string" ? this.string(token.text) : { kind: "format", name: token.text };
      case "field":
        return { kind: "index", of: identity, key: literal(token.text) };
      case "variable":
        return { kind: "variable", name: token.text };
      case "identifier":
        return { kind: "call", name: token.text, args: this.take("(") ? this.callArguments() : [] };
      case "keyword":
        return this.keyword(token.text);
      case "operator":
        return this.operator(token.text);
      default:
        throw this.unexpected(token);
    }
  }

  private operator(text: string): Node {
    switch (text) {
      case ".":
        if (this.peek().kind === "string") return { kind: "index", of: identity, key: this.string(undefined) };
        return this.isOperator("[") ? this.bracket(identity) : identity;
      case "..":
        return { kind: "recurse" };
      case "+":
      case "-":
        return { kind: "sign", negative: text === "-", of: this.term() };
      case "(": {
        const inner = this.query();
        this.expect(")");
        // A bracketed expression is a unit of its own: `(.a) as $x` and the like.
        return inner;
      }
      case "[": {
        if (this.take("]")) return { kind: "array", of: undefined };
        const inner = this.query();
        this.expect("]");
        return { kind: "array", of: inner };
      }
      case "{":
        return this.object();
      default:
        throw this.unexpected({ kind: "operator", text });
    }
  }

  private keyword(text: string): Node {
    switch (text) {
      case "null":
        return literal(null);
      case "true":
      case "false":
        return literal(text === "true");
      case "if":
        return this.conditional();
      case "try": {
        const body = this.postTry();
        if (!this.isKeyword("catch")) return { kind: "try", body, handler: undefined };
        this.next();
        return { kind: "try", body, handler: this.postTry() };
      }
      case "reduce":
      case "foreach":
        return this.fold(text);
      case "break":
        return { kind: "break", name: this.variable() };
      default:
        throw this.unexpected({ kind: "keyword", text });
    }
  }

  private postTry(): Node {
    return this.term();
  }

  private conditional(): Node {
    const branches = [this.branch()];
    while (this.isKeyword("elif")) {
      this.next();
      branches.push(this.branch());
    }
    let otherwise: Node | undefined;
    if (this.isKeyword("else")) {
      this.next();
      otherwise = this.query();
    }
    this.expectKeyword("end");
    return { kind: "if", branches, otherwise };
  }

  private branch(): { readonly condition: Node; readonly result: Node } {
    const condition = this.query();
    this.expectKeyword("then");
    return { condition, result: this.query() };
  }

  private fold(kind: "reduce" | "foreach"): Node {
    const source = this.level(0);
    this.expectKeyword("as");
    const pattern = this.pattern();
    this.expect("(");
    const start = this.query();
    this.expect(";");
    const update = this.query();
    if (kind === "reduce") {
      this.expect(")");
      return { kind, source, pattern, start, update };
    }
    const extract = this.take(";") ? this.query() : undefined;
    this.expect(")");
    return { kind, source, pattern, start, update, extract };
  }

  private object(): Node {
    const entries: { key: Node; value: Node }[] = [];
    while (!this.take("}")) {
      entries.push(this.entry());
      if (!this.take(",")) {
        this.expect("}");
        break;
      }
    }
    return { kind: "object", entries };
  }

  private entry(): { readonly key: Node; readonly value: Node } {
    const token = this.peek();
    if (token.kind === "variable" && !this.isColonAfter()) {
      this.next();
      return { key: literal(token.text), value: { kind: "variable", name: token.text } };
    }
    const key = this.objectKey();
    if (this.take(":")) return { key, value: this.objectValue() };
    if (token.kind === "operator") throw this.unexpected();
    return { key, value: { kind: "index", of: identity, key } };
  }

  private isColonAfter(): boolean {
    const after = this.tokens[this.position + 1];
    return after?.kind === "operator" && after.text === ":";
  }

  private objectKey(): Node {
    const token = this.next();
    switch (token.kind) {
      case "identifier":
      case "keyword":
        return literal(token.text);
      case "variable":
        return { kind: "variable", name: token.text };
      case "string":
        this.position--;
        return this.string(undefined);
      case "operator": {
        if (token.text !== "(") throw this.unexpected(token);
        const inner = this.query();
        this.expect(")");
        return inner;
      }
      default:
        throw this.unexpected(token);
    }
  }

  private objectValue(): Node {
    const left = this.level(0);
    return this.take("|") ? { kind: "pipe", left, right: this.objectValue() } : left;
  }

  private pattern(): Pattern {
    const token = this.next();
    if (token.kind === "variable") return { kind: "variable", name: token.text };
    if (token.kind !== "operator") throw this.unexpected(token);
    if (token.text === "[") {
      const items = [this.pattern()];
      while (this.take(",")) items.push(this.pattern());
      this.expect("]");
      return { kind: "array", items };
    }
    if (token.text !== "{") throw this.unexpected(token);
    const entries = [this.patternEntry()];
    while (this.take(",")) entries.push(this.patternEntry());
    this.expect("}");
    return { kind: "object", entries };
  }

  private patternEntry(): { readonly variable?: string; readonly key?: Node; readonly value?: Pattern } {
    const token = this.peek();
    if (token.kind === "variable") {
      this.next();
      if (!this.take(":")) return { variable: token.text };
      return { variable: token.text, value: this.pattern() };
    }
    const key = this.objectKey();
    this.expect(":");
    return { key, value: this.pattern() };
  }

  private definition(): FunctionDefinition {
    this.expectKeyword("def");
    const token = this.next();
    if (token.kind !== "identifier" && token.kind !== "keyword") throw this.unexpected(token);
    const parameters: string[] = [];
    if (this.take("(")) {
      do {
        const parameter = this.next();
        if (parameter.kind === "variable") parameters.push(`$${parameter.text}`);
        else if (parameter.kind === "identifier") parameters.push(parameter.text);
        else throw this.unexpected(parameter);
      } while (this.take(";"));
      this.expect(")");
    }
    this.expect(":");
    const body = this.query();
    this.expect(";");
    return { name: token.text, parameters, body };
  }

  private callArguments(): readonly Node[] {
    const found = [this.query()];
    while (this.take(";")) found.push(this.query());
    this.expect(")");
    return found;
  }

  private string(format: string | undefined): Node {
    const token = this.next();
    if (token.kind !== "string") throw this.unexpected(token);
    const parts = token.parts.flatMap((part): (string | Node)[] => {
      if (typeof part === "string") return part === "" ? [] : [part];
      return [new Parser(part).program()];
    });
    if (parts.every((part) => typeof part === "string")) return literal(parts.join(""));
    return { kind: "string", format, parts };
  }

  private variable(): string {
    const token = this.next();
    if (token.kind !== "variable") throw this.unexpected(token);
    return token.text;
  }

  private enter(): void {
    if (++this.depth > maxDepth) throw syntaxError("the expression is nested too deeply");
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { kind: "end" };
  }

  private next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  private isOperator(text: string): boolean {
    const token = this.peek();
    return token.kind === "operator" && token.text === text;
  }

  private isKeyword(text: string): boolean {
    const token = this.peek();
    return token.kind === "keyword" && token.text === text;
  }

  private take(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.position++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  private expectKeyword(text: string): void {
    if (!this.isKeyword(text)) throw this.unexpected();
    this.position++;
  }

  private unexpected(token: Token = this.peek()): Error {
    if (token.kind === "end") return syntaxError("unexpected EOF");
    return syntaxError(`unexpected token ${JSON.stringify(token.kind === "string" ? "string" : token.text)}`);
  }
}

function literal(value: string | number | bigint | boolean | null): Node {
  return { kind: "literal", value };
}

function withDefinitions(definitions: readonly FunctionDefinition[], body: Node): Node {
  return definitions.reduceRight<Node>((inner, definition) => ({ kind: "definition", definition, body: inner }), body);
}

function binary(operator: string, left: Node, right: Node): Node {
  switch (operator) {
    case "//":
      return { kind: "alternative", left, right };
    case "or":
    case "and":
      return { kind: operator, left, right };
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return { kind: "compare", operator, left, right };
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return { kind: "arithmetic", operator, left, right };
    default:
      return { kind: "update", operator: operator as "=", left, right };
  }
}
