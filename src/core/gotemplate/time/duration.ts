import { quoteTime } from "./parse.js";

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const limit = 1n << 63n;

/** time.ParseDuration: nanoseconds, or the text of its error. */
export function parseDuration(text: string): bigint | string {
  const invalid = `time: invalid duration ${quoteTime(text)}`;
  const negative = text.startsWith("-");
  let rest = text.replace(/^[-+]/, "");
  if (rest === "0") return 0n;
  if (rest === "") return invalid;
  let sum = 0n;
  while (rest !== "") {
    const match = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const [number = "", whole = "", fraction = ""] = match ?? [];
    if (whole === "" && fraction === "") return invalid;
    rest = rest.slice(number.length);
    const unitName = /^[^.0-9]*/.exec(rest)?.[0] ?? "";
    if (unitName === "") return `time: missing unit in duration ${quoteTime(text)}`;
    rest = rest.slice(unitName.length);
    const unit = Object.hasOwn(units, unitName) ? units[unitName] : undefined;
    if (unit === undefined) return `time: unknown unit ${quoteTime(unitName)} in duration ${quoteTime(text)}`;
    const value = BigInt(whole === "" ? "0" : whole);
    if (value > limit / unit) return invalid;
    sum += value * unit + fractionOf(fraction, unit);
    if (sum > limit) return invalid;
  }
  if (negative) return -sum;
  return sum > limit - 1n ? invalid : sum;
}

/** As Go computes it: the digits that fit 63 bits, scaled in floating point. */
function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === "") return 0n;
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (next > limit - 1n || value > (limit - 1n) / 10n) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}
