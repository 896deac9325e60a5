import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import type { ArithmeticOperator } from "./ast.js";
import { compareValues } from "./compare.js";
import { described, JqError } from "./errors.js";
import { exactly, fromBigInt, isNumber } from "./numbers.js";
import type { Run } from "./runtime.js";

const names = { "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo" } as const;

export function arithmetic(operator: ArithmeticOperator, a: Value, b: Value, run: Run): Value {
  const found = calculate(operator, a, b, run);
  if (found === undefined) throw new JqError(`cannot ${names[operator]}: ${described(a)} and ${described(b)}`);
  return found;
}

function calculate(operator: ArithmeticOperator, a: Value, b: Value, run: Run): Value | undefined {
  switch (operator) {
    case "+":
      return add(a, b, run);
    case "-":
      if (isNumber(a) && isNumber(b)) return exactly(a, b, { float: (x, y) => x - y, integer: (x, y) => x - y });
      if (Array.isArray(a) && Array.isArray(b)) return a.filter((item) => !b.some((one) => compareValues(item, one) === 0));
      return undefined;
    case "*":
      if (isNumber(a) && isNumber(b)) return exactly(a, b, { float: (x, y) => x * y, integer: (x, y) => x * y });
      if (isObject(a) && isObject(b)) return mergeDeeply(a, b);
      if (typeof a === "string" && isNumber(b)) return repeated(a, Number(b), run);
      return typeof b === "string" && isNumber(a) ? repeated(b, Number(a), run) : undefined;
    case "/":
      if (isNumber(a) && isNumber(b)) return divide(a, b);
      if (typeof a === "string" && typeof b === "string") return a === "" ? [] : splitText(a, b);
      return undefined;
    case "%":
      return isNumber(a) && isNumber(b) ? modulo(a, b) : undefined;
  }
}

function add(a: Value, b: Value, run: Run): Value | undefined {
  if (a === null) return b;
  if (b === null) return a;
  if (isNumber(a) && isNumber(b)) return exactly(a, b, { float: (x, y) => x + y, integer: (x, y) => x + y });
  if (typeof a === "string" && typeof b === "string") {
    run.checkSize(a.length + b.length);
    return a + b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    run.checkSize(a.length + b.length);
    return [...a, ...b];
  }
  return isObject(a) && isObject(b) ? { ...a, ...b } : undefined;
}

function mergeDeeply(a: ValueObject, b: ValueObject): ValueObject {
  const merged: { [key: string]: Value } = { ...a };
  for (const key in b) {
    const [before, value] = [merged[key], b[key] as Value];
    merged[key] = isObject(before) && isObject(value) ? mergeDeeply(before, value) : value;
  }
  return merged;
}

function repeated(text: string, count: number, run: Run): Value {
  if (count < 0 || Number.isNaN(count)) return null;
  const times = Math.min(Math.trunc(count), 2 ** 31 - 1);
  run.checkSize(text.length * times);
  return text.repeat(times);
}

function divide(a: number | bigint, b: number | bigint): Value {
  if (Number(b) === 0) throw new JqError(`cannot divide ${described(a)} by: ${described(b)}`);
  if (typeof a === "number" && typeof b === "number") return a / b;
  const isInteger = (value: number | bigint) => typeof value === "bigint" || Number.isSafeInteger(value);
  if (isInteger(a) && isInteger(b) && BigInt(a) % BigInt(b) === 0n) return fromBigInt(BigInt(a) / BigInt(b));
  return Number(a) / Number(b);
}

function modulo(a: number | bigint, b: number | bigint): Value {
  if (Number.isNaN(Number(a)) || Number.isNaN(Number(b))) return Number.NaN;
  const [left, right] = [truncated(a), truncated(b)];
  if (right === 0n) throw new JqError(`cannot modulo ${described(a)} by: ${described(b)}`);
  return fromBigInt(left % right);
}

function truncated(value: number | bigint): bigint {
  if (typeof value === "bigint") return value;
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return value > 0 ? 2n ** 63n - 1n : -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

/** As Go's strings.Split: an empty separator splits into characters. */
export function splitText(text: string, separator: string): string[] {
  return separator === "" ? [...text] : text.split(separator);
}
