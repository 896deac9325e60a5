import { RE2JS } from "re2js";
import { assertNever } from "../../errors.js";
import { isObject } from "../../manifest/value.js";
import { builtins } from "./functions.js";
import { expressionError } from "./lexer.js";
import type { Expression } from "./parser.js";
import { ExprDuration, ExprTime } from "./time.js";

/** Anything an expression may hold; functions are called with evaluated arguments. */
export type ExprValue = unknown;

export type ExprFunction = (...args: readonly ExprValue[]) => ExprValue;

const mostSteps = 100_000;

/** The value of an expression. A field of nothing is an error, a field that is not there is nil: as in expr-lang. Throws InputError. */
export function evaluateExpression(expression: Expression, variables: Readonly<Record<string, ExprValue>>): ExprValue {
  return new Evaluator().run(expression, { element: undefined, index: 0, names: variables });
}

interface Scope {
  readonly element: ExprValue;
  readonly index: number;
  readonly names: Readonly<Record<string, ExprValue>>;
}

class Evaluator {
  private steps = 0;

  run(node: Expression, scope: Scope): ExprValue {
    if (++this.steps > mostSteps) throw expressionError("the expression takes too many steps", 0);
    switch (node.kind) {
      case "literal":
        return node.value;
      case "name":
        if (Object.hasOwn(scope.names, node.name)) return scope.names[node.name];
        throw expressionError(`unknown name ${node.name}`, node.at);
      case "element":
        return scope.element;
      case "list":
        return node.items.map((item) => this.run(item, scope));
      case "map":
        return Object.fromEntries(node.entries.map(([key, value]) => [String(this.run(key, scope)), this.run(value, scope)]));
      case "member":
        return this.member(this.run(node.of, scope), this.run(node.key, scope), node);
      case "slice":
        return this.slice(node, scope);
      case "call":
        return this.call(node, scope);
      case "predicate":
        throw expressionError("a predicate stands where a value is wanted", 0);
      case "unary":
        return this.unary(node.operator, this.run(node.value, scope));
      case "binary":
        return this.binary(node, scope);
      case "choice":
        return this.run(truth(this.run(node.test, scope)) ? node.yes : node.otherwise, scope);
      case "let":
        return this.run(node.body, { ...scope, names: { ...scope.names, [node.name]: this.run(node.value, scope) } });
      default:
        return assertNever(node);
    }
  }

  private member(of: ExprValue, key: ExprValue, node: Extract<Expression, { kind: "member" }>): ExprValue {
    if (of === null || of === undefined) {
      // `a?.b.c`: what follows an optional step that found nothing is nothing too.
      if (node.isOptional || isOptionalChain(node.of)) return null;
      throw expressionError(`cannot fetch ${String(key)} from <nil>`, node.at);
    }
    if (Array.isArray(of) || typeof of === "string") {
      const index = Number(key) < 0 ? of.length + Number(key) : Number(key);
      if (!Number.isInteger(index) || index < 0 || index >= of.length)
        throw expressionError(`index out of range: ${String(key)}`, node.at);
      return of[index];
    }
    if (of instanceof ExprTime || of instanceof ExprDuration) return of.method(String(key));
    if (!isObject(of)) throw expressionError(`cannot fetch ${String(key)} from ${typeof of}`, node.at);
    return Object.hasOwn(of, String(key)) ? (of as Record<string, ExprValue>)[String(key)] : null;
  }

  private slice({ of, from, to }: Extract<Expression, { kind: "slice" }>, scope: Scope): ExprValue {
    const value = this.run(of, scope);
    if (typeof value !== "string" && !Array.isArray(value)) throw expressionError("cannot slice this", 0);
    return value.slice(from ? Number(this.run(from, scope)) : 0, to ? Number(this.run(to, scope)) : undefined);
  }

  private call({ callee, args, at }: Extract<Expression, { kind: "call" }>, scope: Scope): ExprValue {
    if (callee.kind === "name" && !Object.hasOwn(scope.names, callee.name)) {
      const builtin = Object.hasOwn(builtins, callee.name) ? builtins[callee.name] : undefined;
      if (!builtin) throw expressionError(`unknown name ${callee.name}`, at);
      const each = (body: Expression) => (element: ExprValue, index: number) =>
        this.run(body.kind === "predicate" ? body.body : body, { ...scope, element, index });
      const values = args.map((arg) =>
        // The predicate of `filter(list, .x > 1)` may be written without braces.
        arg.kind === "predicate" || (builtin.takesPredicate && arg !== args[0] && mentionsElement(arg))
          ? each(arg)
          : this.run(arg, scope),
      );
      return builtin.call(values, at);
    }
    const found = this.run(callee, scope);
    if (typeof found !== "function") throw expressionError("this is no function", at);
    return (found as ExprFunction)(...args.map((arg) => this.run(arg, scope)));
  }

  private unary(operator: string, value: ExprValue): ExprValue {
    if (operator === "not" || operator === "!") return !truth(value);
    if (typeof value !== "number") throw expressionError(`${operator} wants a number`, 0);
    return operator === "-" ? -value : value;
  }

  private binary({ operator, left, right, at }: Extract<Expression, { kind: "binary" }>, scope: Scope): ExprValue {
    const a = this.run(left, scope);
    switch (operator) {
      case "and":
      case "&&":
        return truth(a) && truth(this.run(right, scope));
      case "or":
      case "||":
        return truth(a) || truth(this.run(right, scope));
      case "??":
        return a ?? this.run(right, scope);
    }
    const b = this.run(right, scope);
    switch (operator) {
      case "==":
        return equals(a, b);
      case "!=":
        return !equals(a, b);
      case "in":
        if (b === null || b === undefined) return false;
        return Array.isArray(b) ? b.some((item) => equals(item, a)) : isObject(b) && Object.hasOwn(b, String(a));
      case "contains":
        return text(a, at).includes(text(b, at));
      case "startsWith":
        return text(a, at).startsWith(text(b, at));
      case "endsWith":
        return text(a, at).endsWith(text(b, at));
      case "matches":
        return matches(text(a, at), text(b, at), at);
      case "..": {
        const [from, to] = [Number(a), Number(b)];
        if (to - from > 10_000) throw expressionError("the range is too large", at);
        return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
      }
      case "<":
      case ">":
      case "<=":
      case ">=":
        return compare(operator, a, b, at);
      default:
        return arithmetic(operator, a, b, at);
    }
  }
}

function mentionsElement(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some(mentionsElement);
  return (node as { kind?: string }).kind === "element" || Object.values(node).some(mentionsElement);
}

function isOptionalChain(node: Expression): boolean {
  return node.kind === "member" && (node.isOptional || isOptionalChain(node.of));
}

function truth(value: ExprValue): boolean {
  if (typeof value !== "boolean") throw expressionError("a boolean is wanted here", 0);
  return value;
}

export function equals(a: ExprValue, b: ExprValue): boolean {
  if ((a === null || a === undefined) && (b === null || b === undefined)) return true;
  if (a instanceof ExprTime && b instanceof ExprTime) return a.ms === b.ms;
  if (a instanceof ExprDuration && b instanceof ExprDuration) return a.ms === b.ms;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => equals(item, b[index]));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key]));
  }
  return a === b || (typeof a === "bigint" && typeof b === "number" && Number(a) === b);
}

function text(value: ExprValue, at: number): string {
  if (typeof value !== "string") throw expressionError("a string is wanted here", at);
  return value;
}

function matches(value: string, pattern: string, at: number): boolean {
  try {
    return RE2JS.compile(pattern).matcher(value).find();
  } catch {
    throw expressionError("this is no regular expression", at);
  }
}

function compare(operator: string, a: ExprValue, b: ExprValue, at: number): boolean {
  const [left, right] = [orderOf(a, at), orderOf(b, at)];
  if (typeof left !== typeof right) throw expressionError("only values of one kind can be compared", at);
  switch (operator) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    default:
      return left >= right;
  }
}

function orderOf(value: ExprValue, at: number): number | string {
  if (value instanceof ExprTime || value instanceof ExprDuration) return value.ms;
  if (typeof value === "number" || typeof value === "string") return value;
  throw expressionError("this cannot be compared", at);
}

function arithmetic(operator: string, a: ExprValue, b: ExprValue, at: number): ExprValue {
  if (operator === "+" && typeof a === "string" && typeof b === "string") return a + b;
  if (a instanceof ExprTime && b instanceof ExprDuration) return new ExprTime(operator === "-" ? a.ms - b.ms : a.ms + b.ms);
  if (a instanceof ExprTime && b instanceof ExprTime && operator === "-") return new ExprDuration(a.ms - b.ms);
  if (a instanceof ExprDuration && b instanceof ExprDuration)
    return new ExprDuration(operator === "-" ? a.ms - b.ms : a.ms + b.ms);
  if (a instanceof ExprDuration && typeof b === "number" && operator === "*") return new ExprDuration(a.ms * b);
  if (typeof a === "number" && b instanceof ExprDuration && operator === "*") return new ExprDuration(a * b.ms);
  if (typeof a !== "number" || typeof b !== "number") throw expressionError(`${operator} wants numbers`, at);
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    default:
      return a ** b;
  }
}
