const decimal: readonly [string, number][] = [
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
];
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const pattern = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)((?:[KMGTPE]i)|[numkMGTPE]|[eE][+-]?\d+|)$/;

/** A quantity as the API server stores it: `1000m` → `1`, `1024Mi` → `1Gi`, `0.5` → `500m`. Undefined for what is none. */
export function canonicalQuantity(text: string): string | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const [, sign = "", digits = "", suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  const mantissa = BigInt(whole + fraction || "0");
  if (mantissa === 0n) return "0";
  const minus = sign === "-" ? "-" : "";
  const power = binary.indexOf(suffix);
  if (power > 0) return minus + binaryForm(mantissa * 1024n ** BigInt(power), fraction.length);
  const isExponent = /^[eE]/.test(suffix) && suffix.length > 1;
  const exponent = isExponent ? Number(suffix.slice(1)) : (decimal.find(([name]) => name === suffix)?.[1] ?? 0);
  return minus + decimalForm(mantissa, exponent - fraction.length, isExponent);
}

function decimalForm(mantissa: bigint, exponent: number, isExponent: boolean): string {
  // Nothing is finer than a nano: rounded up.
  while (exponent < -9) {
    mantissa = mantissa / 10n + (mantissa % 10n === 0n ? 0n : 1n);
    exponent++;
  }
  while (mantissa % 10n === 0n) {
    mantissa /= 10n;
    exponent++;
  }
  const target = Math.min(isExponent ? Number.MAX_SAFE_INTEGER : 18, Math.floor(exponent / 3) * 3);
  mantissa *= 10n ** BigInt(exponent - target);
  if (isExponent) return target === 0 ? String(mantissa) : `${mantissa}e${target}`;
  return `${mantissa}${decimal.find(([, power]) => power === target)?.[0] ?? ""}`;
}

function binaryForm(scaled: bigint, fractionDigits: number): string {
  const unit = 10n ** BigInt(fractionDigits);
  // Small amounts are shown decimally.
  if (scaled < 1024n * unit) return decimalForm(scaled, -fractionDigits, false);
  let value = scaled / unit + (scaled % unit === 0n ? 0n : 1n);
  let power = 0;
  while (value % 1024n === 0n && power < binary.length - 1) {
    value /= 1024n;
    power++;
  }
  return `${value}${binary[power]}`;
}
