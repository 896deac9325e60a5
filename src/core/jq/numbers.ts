import type { Value } from "../manifest/value.js";

/** A JSON or jq number; integers beyond 2^53 stay exact as bigints. Undefined where it is none. */
export function parseNumber(text: string): number | bigint | undefined {
  if (/^-?\d+$/.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text);
  }
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : value > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** The exact result as a number where it is small, else as a bigint. */
export function fromBigInt(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

const isSafe = Number.isSafeInteger;

/** Integer arithmetic that never loses digits; floats where one side is a float. */
export function exactly(
  a: number | bigint,
  b: number | bigint,
  operations: { readonly float: (a: number, b: number) => number; readonly integer: (a: bigint, b: bigint) => bigint },
): number | bigint {
  if (typeof a === "number" && typeof b === "number") {
    const result = operations.float(a, b);
    if (isSafe(result) || !isSafe(a) || !isSafe(b)) return result;
    return fromBigInt(operations.integer(BigInt(a), BigInt(b)));
  }
  const isInteger = (value: number | bigint) => typeof value === "bigint" || isSafe(value);
  if (isInteger(a) && isInteger(b)) return fromBigInt(operations.integer(BigInt(a), BigInt(b)));
  return operations.float(Number(a), Number(b));
}
