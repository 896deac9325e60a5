/** A Kubernetes quantity: `unscaled * 10^-decimals`, with the family of suffixes it is written in. */
export interface Quantity {
  readonly unscaled: bigint;
  readonly decimals: number;
  readonly format: QuantityFormat;
  /** the text, where Kubernetes keeps it because it looks canonical */
  readonly kept?: string;
}

export type QuantityFormat = "decimalSI" | "binarySI" | "decimalExponent";

const binaryExponents: ReadonlyMap<string, number> = new Map([
  ["Ki", 10],
  ["Mi", 20],
  ["Gi", 30],
  ["Ti", 40],
  ["Pi", 50],
  ["Ei", 60],
]);
const decimalExponents: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const binarySuffixes = new Map([...binaryExponents].map(([suffix, exponent]) => [exponent, suffix]));
const decimalSuffixes = new Map([...decimalExponents].map(([suffix, exponent]) => [exponent, suffix]));

const shape = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/;
const nanoDecimals = 9;
const maxBinary = 2n ** 63n - 1n;
const canonicalTexts = new Map<string, string>();
const rememberedTexts = 4096;

/** The text as Kubernetes writes it back ("1024Mi" → "1Gi", "0.1" → "100m"), or undefined where it is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const known = canonicalTexts.get(text);
  if (known !== undefined) return known;
  const quantity = parseQuantity(text);
  if (!quantity) return undefined;
  const canonical = quantity.kept ?? formatQuantity(quantity);
  if (canonicalTexts.size >= rememberedTexts) canonicalTexts.clear();
  canonicalTexts.set(text, canonical);
  return canonical;
}

export function parseQuantity(raw: string): Quantity | undefined {
  const text = raw.trim();
  if (text === "0") return { unscaled: 0n, decimals: 0, format: "decimalSI", kept: text };
  const parts = shape.exec(text);
  if (!parts || text === "") return undefined;
  const [, sign = "", digits = "", denominator = "", suffix = ""] = parts;
  const numerator = digits.replace(/^0+/, "") || "0";
  // Kubernetes stops at a numerator of nothing but zeros, whatever the suffix would be.
  const family = suffixFamily(suffix);
  if (!family) return undefined;
  const shifted = numerator + denominator;
  const magnitude = BigInt(shifted);
  const negative = sign === "-";
  const signed = (value: bigint) => (negative ? -value : value);
  const kept = isKept(family, shifted, denominator, magnitude) ? text : undefined;
  if (family.format === "binarySI") {
    const scaled = magnitude << BigInt(family.exponent);
    let rounded = roundUp(scaled, denominator.length, nanoDecimals);
    const one = 10n ** BigInt(rounded.decimals);
    if (rounded.unscaled > maxBinary * one) rounded = { unscaled: maxBinary, decimals: 0 };
    const format = rounded.unscaled > 0n && rounded.unscaled < one ? "decimalSI" : "binarySI";
    return { unscaled: signed(rounded.unscaled), decimals: rounded.decimals, format, ...(kept ? { kept } : {}) };
  }
  const decimals = denominator.length - family.exponent;
  const exact =
    decimals < 0 ? { unscaled: magnitude * 10n ** BigInt(-decimals), decimals: 0 } : { unscaled: magnitude, decimals };
  const rounded = roundUp(exact.unscaled, exact.decimals, nanoDecimals);
  return { ...rounded, unscaled: signed(rounded.unscaled), format: family.format, ...(kept ? { kept } : {}) };
}

/** Rounds away from zero to at most `decimals` places, as Kubernetes does with resources ("0.0001" → "1m"). */
export function roundUpQuantity(text: string, decimals: number): string | undefined {
  const quantity = parseQuantity(text);
  if (!quantity) return undefined;
  if (quantity.decimals <= decimals) return canonicalQuantity(text);
  const magnitude = quantity.unscaled < 0n ? -quantity.unscaled : quantity.unscaled;
  const rounded = roundUp(magnitude, quantity.decimals, decimals);
  return formatQuantity({ ...quantity, ...rounded, unscaled: quantity.unscaled < 0n ? -rounded.unscaled : rounded.unscaled });
}

export function formatQuantity({ unscaled, decimals, format }: Quantity): string {
  if (unscaled === 0n) return "0";
  const one = 10n ** BigInt(decimals);
  const isWhole = unscaled % one === 0n;
  const isSmall = unscaled > -1024n * one && unscaled < 1024n * one;
  if (format === "binarySI" && isWhole && !isSmall) {
    let [value, exponent] = [unscaled / one, 0];
    while (value % 1024n === 0n && exponent < 60) {
      value /= 1024n;
      exponent += 10;
    }
    return `${value}${binarySuffixes.get(exponent) ?? ""}`;
  }
  let [value, exponent] = [unscaled, -decimals];
  while (value % 10n === 0n) {
    value /= 10n;
    exponent++;
  }
  while (((exponent % 3) + 3) % 3 !== 0) {
    value *= 10n;
    exponent--;
  }
  if (format === "decimalExponent") return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${decimalSuffixes.get(exponent) ?? ""}`;
}

interface SuffixFamily {
  readonly format: QuantityFormat;
  readonly exponent: number;
}

function suffixFamily(suffix: string): SuffixFamily | undefined {
  const decimal = decimalExponents.get(suffix);
  if (decimal !== undefined) return { format: "decimalSI", exponent: decimal };
  const binary = binaryExponents.get(suffix);
  if (binary !== undefined) return { format: "binarySI", exponent: binary };
  return /^[eE][+-]?\d+$/.test(suffix) ? { format: "decimalExponent", exponent: Number(suffix.slice(1)) } : undefined;
}

// Kubernetes keeps a short text as it stands where it seems canonical to it.
function isKept(family: SuffixFamily, shifted: string, denominator: string, magnitude: bigint): boolean {
  if (family.format === "binarySI") {
    const numeratorLength = shifted.length;
    const precision = 15 - numeratorLength - Math.trunc((family.exponent * 3) / 10) - 1;
    return denominator === "" && precision >= 0 && (magnitude & 7n) !== 0n;
  }
  const scale = family.exponent - denominator.length;
  return 18 - shifted.length >= 0 && scale >= -9 && scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
}

function roundUp(magnitude: bigint, decimals: number, limit: number): { readonly unscaled: bigint; readonly decimals: number } {
  if (decimals <= limit) return { unscaled: magnitude, decimals };
  const divisor = 10n ** BigInt(decimals - limit);
  const quotient = magnitude / divisor;
  return { unscaled: magnitude % divisor === 0n ? quotient : quotient + 1n, decimals: limit };
}
