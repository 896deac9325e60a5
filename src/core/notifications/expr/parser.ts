import { expressionError, lexExpression, type Token } from "./lexer.js";

/** A parsed expression of expr-lang. */
export type Expression =
  | { readonly kind: "literal"; readonly value: null | boolean | number | string }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "element" }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | {
      readonly kind: "member";
      readonly of: Expression;
      readonly key: Expression;
      readonly isOptional: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "slice";
      readonly of: Expression;
      readonly from: Expression | undefined;
      readonly to: Expression | undefined;
    }
  | { readonly kind: "call"; readonly callee: Expression; readonly args: readonly Expression[]; readonly at: number }
  | { readonly kind: "predicate"; readonly body: Expression }
  | { readonly kind: "unary"; readonly operator: string; readonly value: Expression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | { readonly kind: "choice"; readonly test: Expression; readonly yes: Expression; readonly otherwise: Expression }
  | { readonly kind: "let"; readonly name: string; readonly value: Expression; readonly body: Expression };

/** Precedence as in expr-lang; a higher number binds closer. */
const binary: Readonly<Record<string, number>> = {
  "|": 0,
  or: 10,
  "||": 10,
  and: 15,
  "&&": 15,
  "==": 20,
  "!=": 20,
  "<": 20,
  ">": 20,
  ">=": 20,
  "<=": 20,
  in: 20,
  matches: 20,
  contains: 20,
  startsWith: 20,
  endsWith: 20,
  "..": 25,
  "+": 30,
  "-": 30,
  "*": 60,
  "/": 60,
  "%": 60,
  "**": 100,
  "^": 100,
  "??": 500,
};
const unary: Readonly<Record<string, number>> = { not: 50, "!": 50, "-": 90, "+": 90 };
const deepest = 200;

/** Parses an expression. Throws InputError NOTIFICATION_EXPR with the column. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(lexExpression(text));
  const found = parser.sequence();
  parser.expectEnd();
  return found;
}

class Parser {
  private index = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  expectEnd(): void {
    if (this.token.kind !== "end") throw this.unexpected();
  }

  sequence(): Expression {
    if (!this.takeName("let")) return this.expression(0);
    const { token } = this;
    if (token.kind !== "name") throw this.unexpected();
    this.index++;
    this.expect("=");
    const value = this.expression(0);
    this.expect(";");
    return { kind: "let", name: token.value, value, body: this.sequence() };
  }

  private get token(): Token {
    return this.tokens[this.index]!;
  }

  private expression(least: number): Expression {
    if (++this.depth > deepest) throw expressionError("the expression is nested too deeply", this.token.at);
    let left = this.operand();
    for (;;) {
      const { token } = this;
      const word = token.kind === "operator" || token.kind === "name" ? token.value : "";
      const next = this.tokens[this.index + 1];
      const isNegated = word === "not" && next?.kind === "name" && next.value in binary;
      const operator = isNegated ? (next as { value: string }).value : word;
      const strength = Object.hasOwn(binary, operator) ? binary[operator]! : -1;
      if (strength < least || strength < 0) break;
      this.index += isNegated ? 2 : 1;
      if (operator === "|") {
        left = this.piped(left);
        continue;
      }
      const right = this.expression(operator === "**" || operator === "^" ? strength : strength + 1);
      const made: Expression = { kind: "binary", operator, left, right, at: token.at };
      left = isNegated ? { kind: "unary", operator: "not", value: made } : made;
    }
    if (least === 0 && this.take("?")) {
      if (this.take(":")) left = { kind: "choice", test: left, yes: left, otherwise: this.expression(0) };
      else {
        const yes = this.expression(0);
        this.expect(":");
        left = { kind: "choice", test: left, yes, otherwise: this.expression(0) };
      }
    }
    this.depth--;
    return left;
  }

  /** `x | f(y)` is `f(x, y)`. */
  private piped(left: Expression): Expression {
    const right = this.expression(1);
    if (right.kind !== "call") throw this.unexpected();
    return { ...right, args: [left, ...right.args] };
  }

  private operand(): Expression {
    const { token } = this;
    const word = token.kind === "operator" || token.kind === "name" ? token.value : "";
    if (Object.hasOwn(unary, word)) {
      this.index++;
      return this.suffixed({ kind: "unary", operator: word, value: this.expression(unary[word]!) });
    }
    return this.suffixed(this.primary());
  }

  private primary(): Expression {
    const { token } = this;
    this.index++;
    switch (token.kind) {
      case "number":
      case "string":
        return { kind: "literal", value: token.value };
      case "name":
        if (token.value === "true" || token.value === "false") return { kind: "literal", value: token.value === "true" };
        if (token.value === "nil" || token.value === "null") return { kind: "literal", value: null };
        return { kind: "name", name: token.value, at: token.at };
      case "operator":
        return this.grouped(token.value);
      case "end":
        this.index--;
        throw this.unexpected();
    }
  }

  private grouped(operator: string): Expression {
    switch (operator) {
      case "(": {
        const inner = this.sequence();
        this.expect(")");
        return inner;
      }
      case "[":
        return { kind: "list", items: this.listUntil("]") };
      case "{":
        return this.mapping();
      case "#":
        return { kind: "element" };
      case ".": {
        // `.name` in a predicate is the element's field.
        const key = this.memberName();
        return { kind: "member", of: { kind: "element" }, key, isOptional: false, at: this.token.at };
      }
      default:
        this.index--;
        throw this.unexpected();
    }
  }

  private suffixed(start: Expression): Expression {
    let here = start;
    for (;;) {
      const { at } = this.token;
      if (this.take("(")) here = { kind: "call", callee: here, args: this.listUntil(")"), at };
      else if (this.take(".")) here = { kind: "member", of: here, key: this.memberName(), isOptional: false, at };
      else if (this.take("?.")) {
        const key = this.take("[") ? this.bracketed() : this.memberName();
        here = { kind: "member", of: here, key, isOptional: true, at };
      } else if (this.take("[")) here = this.indexed(here, at);
      else return here;
    }
  }

  private bracketed(): Expression {
    const key = this.expression(0);
    this.expect("]");
    return key;
  }

  private indexed(of: Expression, at: number): Expression {
    if (this.take(":")) {
      const to = this.take("]") ? undefined : this.bracketed();
      return { kind: "slice", of, from: undefined, to };
    }
    const key = this.expression(0);
    if (this.take(":")) return { kind: "slice", of, from: key, to: this.take("]") ? undefined : this.bracketed() };
    this.expect("]");
    return { kind: "member", of, key, isOptional: false, at };
  }

  private memberName(): Expression {
    const { token } = this;
    if (token.kind !== "name") throw this.unexpected();
    this.index++;
    return { kind: "literal", value: token.value };
  }

  private listUntil(end: string): readonly Expression[] {
    const items: Expression[] = [];
    while (!this.take(end)) {
      if (items.length > 0) {
        this.expect(",");
        if (this.take(end)) break;
      }
      items.push(end === ")" && this.isOperator("{") ? this.predicate() : this.expression(0));
    }
    return items;
  }

  private predicate(): Expression {
    this.expect("{");
    const body = this.sequence();
    this.expect("}");
    return { kind: "predicate", body };
  }

  private mapping(): Expression {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.take("}")) {
      if (entries.length > 0) {
        this.expect(",");
        if (this.take("}")) break;
      }
      const { token } = this;
      let key: Expression;
      if (token.kind === "name" || token.kind === "string" || token.kind === "number") {
        this.index++;
        key = { kind: "literal", value: String(token.value) };
      } else {
        this.expect("(");
        key = this.expression(0);
        this.expect(")");
      }
      this.expect(":");
      entries.push([key, this.expression(0)]);
    }
    return { kind: "map", entries };
  }

  private isOperator(value: string): boolean {
    return this.token.kind === "operator" && this.token.value === value;
  }

  private take(value: string): boolean {
    if (!this.isOperator(value)) return false;
    this.index++;
    return true;
  }

  private takeName(value: string): boolean {
    if (this.token.kind !== "name" || this.token.value !== value) return false;
    this.index++;
    return true;
  }

  private expect(value: string): void {
    if (!this.take(value)) throw this.unexpected();
  }

  private unexpected(): Error {
    const { token } = this;
    return expressionError(token.kind === "end" ? "unexpected end" : `unexpected token ${JSON.stringify(token.value)}`, token.at);
  }
}
