import type { Value } from "../manifest/value.js";
import { described, JqError } from "./errors.js";
import type { ValueFunction } from "./functions.js";
import { isNumber } from "./numbers.js";
import { preview } from "./text.js";

type Unary = (x: number) => number;
type Binary = (x: number, y: number) => number;

const unary: { readonly [name: string]: Unary } = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: (x) => Math.sign(x) * Math.round(Math.abs(x)),
  nearbyint: roundToEven,
  rint: roundToEven,
  fabs: Math.abs,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  exp10: (x) => 10 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  logb: (x) => (x === 0 ? Number.NEGATIVE_INFINITY : exponentOf(x)),
  significand: (x) => (x === 0 || !Number.isFinite(x) ? x : x / 2 ** exponentOf(x)),
  gamma: (x) => Math.exp(logGamma(x)),
  tgamma: (x) => Math.exp(logGamma(x)),
  lgamma: logGamma,
};

const binary: { readonly [name: string]: Binary } = {
  pow: (x, y) => x ** y,
  atan2: Math.atan2,
  fmin: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y)),
  fmax: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y)),
  fmod: (x, y) => x % y,
  fdim: (x, y) => (x > y ? x - y : 0),
  hypot: Math.hypot,
  copysign: (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)),
  ldexp: (x, y) => x * 2 ** Math.trunc(y),
  scalb: (x, y) => x * 2 ** Math.trunc(y),
  scalbln: (x, y) => x * 2 ** Math.trunc(y),
  drem: remainder,
  remainder,
};

/** The functions of C's math library that jq knows. */
export const mathFunctions: readonly (readonly [string, ValueFunction])[] = [
  ...Object.entries(unary).map(([name, apply]): [string, ValueFunction] => [
    `${name}/0`,
    (_run, value) => {
      if (!isNumber(value)) throw new JqError(`${name} cannot be applied to: ${described(value)}`);
      return apply(Number(value));
    },
  ]),
  ...Object.entries(binary).map(([name, apply]): [string, ValueFunction] => [
    `${name}/2`,
    (_run, value, [x = null, y = null]) => {
      for (const operand of [x, y]) {
        if (isNumber(operand)) continue;
        throw new JqError(`${name}(${preview(x)}; ${preview(y)}) cannot be applied to: ${described(value)}`);
      }
      return apply(Number(x), Number(y));
    },
  ]),
  ["fma/3", (_run, _value, args) => product(args)],
  ["frexp/0", (_run, value) => frexp(value)],
  ["modf/0", (_run, value) => modf(value)],
];

function product([x = null, y = null, z = null]: readonly Value[]): Value {
  if (!isNumber(x) || !isNumber(y) || !isNumber(z)) throw new JqError("fma cannot be applied");
  return Number(x) * Number(y) + Number(z);
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

function exponentOf(x: number): number {
  let exponent = Math.floor(Math.log2(Math.abs(x)));
  if (Math.abs(x) / 2 ** exponent >= 2) exponent++;
  if (Math.abs(x) / 2 ** exponent < 1) exponent--;
  return exponent;
}

function remainder(x: number, y: number): number {
  const result = x - y * roundToEven(x / y);
  return result === 0 ? Math.sign(x) * 0 : result;
}

function frexp(value: Value): Value {
  if (!isNumber(value)) throw new JqError(`frexp cannot be applied to: ${described(value)}`);
  const x = Number(value);
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  const exponent = exponentOf(x) + 1;
  return [x / 2 ** exponent, exponent];
}

function modf(value: Value): Value {
  if (!isNumber(value)) throw new JqError(`modf cannot be applied to: ${described(value)}`);
  const x = Number(value);
  if (!Number.isFinite(x)) return [Number.isNaN(x) ? x : 0, x];
  const whole = Math.trunc(x);
  return [x - whole, whole];
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
];

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const shifted = x - 1;
  const sum = lanczos.reduce((total, term, index) => total + term / (shifted + index + 1), 0.99999999999980993);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}
