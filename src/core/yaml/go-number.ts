/** Go's strconv: how integers and floats are read and printed. */

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** A JS number where that is exact, else a bigint. */
export function toInteger(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/**
 * strconv.ParseInt(text, 0, 64), then ParseUint: decimal, 0x, 0o, 0b and a leading 0 for octal.
 * Underscores have been removed by the caller.
 */
export function parseGoInteger(text: string): number | bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (!match) return undefined;
  const sign = match[1] as string;
  const digits = match[2] as string;
  let value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (sign === "-") value = -value;
  if (value >= INT64_MIN && value <= INT64_MAX) return Object.is(Number(value), -0) ? 0 : toInteger(value);
  return sign === "" && value <= UINT64_MAX ? value : undefined;
}

/** strconv.FormatFloat(value, 'g', -1, 64), with YAML's names for what is not finite. */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = value.toExponential().split("e") as [string, string];
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return String(value);
  const digits = String(Math.abs(exponent)).padStart(2, "0");
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
}

/** encoding/json's form of a float64; JavaScript has the same thresholds and exponent style. */
export function formatJsonNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
