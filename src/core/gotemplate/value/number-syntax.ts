const digitsOf: Readonly<Record<number, RegExp>> = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^[0-9]+$/, 16: /^[0-9a-fA-F]+$/ };
const underscores = /^[+-]?(?:0[xXoObB]_?|(?=[0-9]))[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*$/;

export type ParsedInt =
  | { readonly kind: "ok"; readonly value: bigint }
  | { readonly kind: "syntax" }
  | { readonly kind: "range"; readonly nearest: bigint };

/** strconv.ParseInt and ParseUint; base 0 reads Go's prefixes and underscores. */
export function parseGoInt(
  text: string,
  base: number,
  options: { readonly unsigned?: boolean; readonly bits?: number } = {},
): ParsedInt {
  const { unsigned = false, bits = 64 } = options;
  let rest = text;
  let negative = false;
  if (!unsigned && /^[+-]/.test(rest)) {
    negative = rest[0] === "-";
    rest = rest.slice(1);
  }
  let radix = base;
  if (base === 0) {
    const prefix = /^0[xXoObB]?/.exec(rest)?.[0].toLowerCase();
    radix = prefix === "0x" ? 16 : prefix === "0b" ? 2 : prefix === undefined ? 10 : 8;
    if (rest.includes("_")) {
      if (!underscores.test(rest)) return { kind: "syntax" };
      rest = rest.replaceAll("_", "");
    }
    if (prefix !== undefined && rest.length > prefix.length) rest = rest.slice(prefix.length);
    else if (prefix === "0") radix = 10;
  }
  if (!(digitsOf[radix] as RegExp).test(rest)) return { kind: "syntax" };
  const prefix = radix === 16 ? "0x" : radix === 8 ? "0o" : radix === 2 ? "0b" : "";
  const value = BigInt(prefix + rest) * (negative ? -1n : 1n);
  const max = unsigned ? (1n << BigInt(bits)) - 1n : (1n << BigInt(bits - 1)) - 1n;
  const min = unsigned ? 0n : -(1n << BigInt(bits - 1));
  if (value > max) return { kind: "range", nearest: max };
  if (value < min) return { kind: "range", nearest: min };
  return { kind: "ok", value };
}

const decimalFloat = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const hexFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;

/** strconv.ParseFloat: undefined for a syntax error, ±Infinity (`isRange`) past the range. */
export function parseGoFloat(text: string): { readonly value: number; readonly isRange: boolean } | undefined {
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(text);
  if (special) {
    if (special[2] === undefined) return special[1] === "" ? { value: Number.NaN, isRange: false } : undefined;
    return { value: special[1] === "-" ? -Infinity : Infinity, isRange: false };
  }
  let plain = text;
  if (text.includes("_")) {
    // Underscores only as ParseFloat has them: with a base prefix.
    if (!/^[+-]?0[xX]/.test(text) || !/^(?:[^_]|_(?=[0-9a-fA-F]))*$/.test(text)) return undefined;
    plain = text.replaceAll("_", "");
  }
  const hex = hexFloat.exec(plain);
  if (hex) {
    const [, sign, whole = "", fraction = "", exponent] = hex;
    if (whole + fraction === "") return undefined;
    const mantissa = Number(BigInt(`0x${whole}${fraction}`));
    const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length) * (sign === "-" ? -1 : 1);
    return { value, isRange: !Number.isFinite(value) };
  }
  if (!decimalFloat.test(plain)) return undefined;
  const value = Number(plain);
  return { value, isRange: !Number.isFinite(value) };
}
