import { functionError } from "../errors.js";
import { formatFloat } from "../fmt/float.js";

/** `coefficient × 10^exponent`, exact (shopspring/decimal). */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const divisionPrecision = 16;

/** The shortest decimal that reads back as `value`. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw functionError(`Cannot create a Decimal from ${formatFloat(value, "g", -1)}`);
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const fraction = mantissa.split(".")[1] ?? "";
  return { coefficient: BigInt(mantissa.replace(".", "")), exponent: Number(exponent) - fraction.length };
}

/** The nearest float64. */
export function floatOf(value: Decimal): number {
  return Number(`${value.coefficient}e${value.exponent}`);
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: rescaled(a, exponent) + rescaled(b, exponent), exponent };
}

export function negateDecimal(value: Decimal): Decimal {
  return { coefficient: -value.coefficient, exponent: value.exponent };
}

export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
}

/** Rounded to 16 places, halves away from zero. */
export function divideDecimal(a: Decimal, b: Decimal): Decimal {
  if (b.coefficient === 0n) throw functionError("decimal division by 0");
  const shift = a.exponent - b.exponent + divisionPrecision;
  const numerator = shift >= 0 ? a.coefficient * 10n ** BigInt(shift) : a.coefficient;
  const denominator = shift >= 0 ? b.coefficient : b.coefficient * 10n ** BigInt(-shift);
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const isHalf = size(rest) * 2n >= size(denominator);
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  return { coefficient: isHalf ? quotient + away : quotient, exponent: -divisionPrecision };
}

function rescaled(value: Decimal, exponent: number): bigint {
  return value.coefficient * 10n ** BigInt(value.exponent - exponent);
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}
