/** strconv.FormatFloat(value, verb, precision, 64); precision -1 is the shortest form that reads back. */
export function formatFloat(value: number, verb: "e" | "E" | "f" | "F" | "g" | "G" | "b" | "x" | "X", precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? "-" : "";
  const magnitude = Math.abs(value);
  switch (verb) {
    case "e":
    case "E":
      return sign + exponential(magnitude, precision, verb);
    case "f":
    case "F":
      return sign + fixed(magnitude, precision);
    case "g":
    case "G":
      return sign + general(magnitude, precision, verb === "g" ? "e" : "E");
    case "b":
      return sign + binary(magnitude);
    default:
      return sign + hexadecimal(magnitude, precision, verb);
  }
}

/** Significant digits and the decimal exponent of the first one. */
function digitsOf(magnitude: number, precision: number | undefined): { digits: string; exponent: number } {
  if (magnitude === 0) return { digits: "0".repeat(Math.max(1, (precision ?? 0) + 1)), exponent: 0 };
  const text = precision === undefined ? magnitude.toExponential() : exactExponential(magnitude, precision);
  const [mantissa = "0", exponent = "0"] = text.split("e");
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
}

function exponential(magnitude: number, precision: number, letter: string): string {
  const { digits, exponent } = digitsOf(magnitude, precision < 0 ? undefined : precision);
  return withExponent(digits, exponent, letter);
}

function withExponent(digits: string, exponent: number, letter: string): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${fraction}${letter}${exponent < 0 ? "-" : "+"}${size}`;
}

function fixed(magnitude: number, precision: number): string {
  if (precision < 0) {
    const { digits, exponent } = digitsOf(magnitude, undefined);
    return place(digits, exponent);
  }
  return exactFixed(magnitude, precision);
}

function place(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits + "0".repeat(exponent + 1 - digits.length);
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function general(magnitude: number, precision: number, letter: string): string {
  const isShortest = precision < 0;
  const wanted = precision === 0 ? 1 : precision;
  const { digits, exponent } = digitsOf(magnitude, isShortest ? undefined : wanted - 1);
  const significant = magnitude === 0 ? "0" : digits.replace(/0+$/, "") || "0";
  let limit = wanted;
  if (limit > significant.length && significant.length >= exponent + 1) limit = significant.length;
  if (isShortest) limit = 6;
  if (exponent < -4 || exponent >= limit) return withExponent(significant, exponent, letter);
  return place(significant, exponent);
}

/** Exact decimal rounding (half to even on the exact binary value), for any precision. */
function exactFixed(magnitude: number, precision: number): string {
  if (precision <= 100 && magnitude < 1e21) return magnitude.toFixed(precision);
  const { mantissa, exponent } = binaryParts(magnitude);
  const scaled = scale(mantissa * 10n ** BigInt(precision), exponent);
  const text = scaled.toString().padStart(precision + 1, "0");
  return precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`;
}

function exactExponential(magnitude: number, precision: number): string {
  if (precision <= 100) return magnitude.toExponential(precision);
  const text = magnitude.toExponential(100);
  const [mantissa = "", exponent = ""] = text.split("e");
  return `${mantissa}${"0".repeat(precision - 100)}e${exponent}`;
}

/** `value × 2^exponent`, rounded half to even. */
function scale(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value << BigInt(exponent);
  const shift = BigInt(-exponent);
  const whole = value >> shift;
  const rest = value - (whole << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (whole & 1n) === 1n) ? whole + 1n : whole;
}

function binaryParts(magnitude: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, magnitude);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function binary(magnitude: number): string {
  const { mantissa, exponent } = binaryParts(magnitude);
  return `${mantissa}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}

function hexadecimal(magnitude: number, precision: number, verb: "x" | "X"): string {
  let { mantissa, exponent } = binaryParts(magnitude);
  let power = 0;
  if (mantissa !== 0n) {
    while (mantissa >> 52n === 0n) {
      mantissa <<= 1n;
      exponent--;
    }
    power = exponent + 52;
  }
  if (precision >= 0 && precision < 13) {
    mantissa = scale(mantissa, -4 * (13 - precision)) << BigInt(4 * (13 - precision));
    if (mantissa >> 53n !== 0n) {
      mantissa >>= 1n;
      power++;
    }
  }
  let fraction = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, "0");
  fraction = precision < 0 ? fraction.replace(/0+$/, "") : fraction.padEnd(precision, "0").slice(0, precision);
  const lead = mantissa >> 52n;
  const size = String(Math.abs(power)).padStart(2, "0");
  const text = `0x${lead}${fraction === "" ? "" : `.${fraction}`}p${power < 0 ? "-" : "+"}${size}`;
  return verb === "x" ? text : text.toUpperCase();
}
