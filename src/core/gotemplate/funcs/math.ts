import { functionError } from "../errors.js";
import { sprint } from "../fmt/format.js";
import { type FunctionTable, fn } from "../function.js";
import { parseGoInt } from "../value/number-syntax.js";
import { types } from "../value/type.js";
import { GoList, type GoValue, int, int64 } from "../value/value.js";
import { toFloat64, toInt64 } from "./convert.js";
import { addDecimal, type Decimal, decimalOf, divideDecimal, floatOf, multiplyDecimal, negateDecimal } from "./decimal.js";
import { randomBelow } from "./random.js";

const floor = (value: GoValue) => Math.floor(toFloat64(value));
const biggest = fn("any ...any", (first, ...others) =>
  int64(others.map(toInt64).reduce((a, b) => (b > a ? b : a), toInt64(first))),
);

/** sprig's arithmetic: int64 with wrap-around, and decimals for the float functions. */
export const mathFunctions: FunctionTable = {
  int: fn("any", (value) => int(toInt64(value))),
  int64: fn("any", (value) => int64(toInt64(value))),
  float64: fn("any", (value) => toFloat64(value)),
  toDecimal: fn("any", (value) => {
    const parsed = parseGoInt(sprint([value]), 8);
    return int64(parsed.kind === "ok" ? parsed.value : 0);
  }),
  add1: fn("any", (value) => int64(toInt64(value) + 1n)),
  add: fn("...any", (...values) => int64(values.reduce<bigint>((sum, value) => sum + toInt64(value), 0n))),
  sub: fn("any any", (a, b) => int64(toInt64(a) - toInt64(b))),
  mul: fn("any ...any", (first, ...others) =>
    int64(others.reduce<bigint>((product, value) => wrap(product * toInt64(value)), toInt64(first))),
  ),
  div: fn("any any", (a, b) => int64(toInt64(a) / divisor(b))),
  mod: fn("any any", (a, b) => int64(toInt64(a) % divisor(b))),
  add1f: fn("any", (value) => decimals(value, [1], addDecimal)),
  addf: fn("...any", (...values) => decimals(0, values, addDecimal)),
  subf: fn("any ...any", (first, ...others) => decimals(first, others, (a, b) => addDecimal(a, negateDecimal(b)))),
  mulf: fn("any ...any", (first, ...others) => decimals(first, others, multiplyDecimal)),
  divf: fn("any ...any", (first, ...others) => decimals(first, others, divideDecimal)),
  biggest,
  max: biggest,
  min: fn("any ...any", (first, ...others) => int64(others.map(toInt64).reduce((a, b) => (b < a ? b : a), toInt64(first)))),
  maxf: fn("any ...any", (first, ...others) => Math.max(toFloat64(first), ...others.map(toFloat64))),
  minf: fn("any ...any", (first, ...others) => Math.min(toFloat64(first), ...others.map(toFloat64))),
  ceil: fn("any", (value) => Math.ceil(toFloat64(value))),
  floor: fn("any", floor),
  round: fn("any int ...float64", (value, places, on = 0.5) => round(toFloat64(value), places, on)),
  until: fn("int", function (count) {
    return countedList(0, count, count < 0 ? -1 : 1, (steps) => this.spend(steps));
  }),
  untilStep: fn("int int int", function (start, stop, step) {
    return countedList(start, stop, step, (steps) => this.spend(steps));
  }),
  seq: fn("...int", function (...params) {
    return sequence(params, (steps) => this.spend(steps));
  }),
  randInt: fn("int int", function (min, max) {
    if (max - min <= 0) throw functionError("invalid argument to Intn");
    return int(min + Number(randomBelow(this, "randInt", BigInt(max - min))));
  }),
};

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

function divisor(value: GoValue): bigint {
  const found = toInt64(value);
  if (found === 0n) throw functionError("runtime error: integer divide by zero");
  return found;
}

function decimals(first: GoValue, others: readonly GoValue[], operate: (a: Decimal, b: Decimal) => Decimal): number {
  return floatOf(
    others.reduce<Decimal>((result, value) => operate(result, decimalOf(toFloat64(value))), decimalOf(toFloat64(first))),
  );
}

function round(value: number, places: number, on: number): number {
  const power = places >= 0 ? Number(`1e${places}`) : 1 / Number(`1e${-places}`);
  const digit = power * value;
  const fraction = digit - Math.trunc(digit);
  return (fraction >= on ? Math.ceil(digit) : Math.floor(digit)) / power;
}

function countedList(start: number, stop: number, step: number, spend: (steps: number) => void): GoList {
  return new GoList(counted(start, stop, step, spend).map(int), types.ints);
}

function counted(start: number, stop: number, step: number, spend: (steps: number) => void): number[] {
  const goesDown = stop < start;
  if (goesDown ? step >= 0 : step <= 0) return [];
  const count = Math.ceil((stop - start) / step);
  spend(4 * count);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function sequence(params: readonly number[], spend: (steps: number) => void): string {
  const [a = 0, b = 0, c = 0] = params;
  switch (params.length) {
    case 1:
      return spanned(1, a, a < 1 ? -1 : 1, spend);
    case 2:
      return spanned(a, b, b < a ? -1 : 1, spend);
    case 3: {
      if (c < a && b > 0) return "";
      return counted(a, c + (c < a ? -1 : 1), b, spend).join(" ");
    }
    default:
      return "";
  }
}

function spanned(start: number, end: number, step: number, spend: (steps: number) => void): string {
  return counted(start, end + step, step, spend).join(" ");
}
