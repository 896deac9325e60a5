import { runes } from "../value/text.js";

/** Flags, width and precision of one printf directive. */
export interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** `%+v` and `%#v` */
  readonly plusV: boolean;
  readonly sharpV: boolean;
  readonly width?: number | undefined;
  readonly precision?: number | undefined;
  /** Printing inside `%!d(…)`: methods are not called. */
  readonly erroring?: boolean;
}

/** Padded to the width, in runes; zeros only to the left. */
export function padded(text: string, flags: Flags): string {
  if (flags.width === undefined) return text;
  const missing = flags.width - runes(text).length;
  if (missing <= 0) return text;
  if (flags.minus) return text + " ".repeat(missing);
  return (flags.zero ? "0" : " ").repeat(missing) + text;
}

/** An integer in `base` with sign, prefix, precision and width. */
export function wholeNumber(value: bigint, base: 2 | 8 | 10 | 16, verb: string, flags: Flags): string {
  const negative = value < 0n;
  let minimum = 0;
  if (flags.precision !== undefined) {
    minimum = flags.precision;
    if (minimum === 0 && value === 0n) return " ".repeat(flags.width ?? 0);
  } else if (flags.zero && !flags.minus && flags.width !== undefined) {
    minimum = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
  }
  let digits = (negative ? -value : value).toString(base).padStart(minimum, "0");
  if (verb === "X") digits = digits.toUpperCase();
  if (flags.sharp && base === 2) digits = `0b${digits}`;
  if (flags.sharp && base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
  if (flags.sharp && base === 16) digits = (verb === "X" ? "0X" : "0x") + digits;
  if (verb === "O") digits = `0o${digits}`;
  const sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  return padded(sign + digits, { ...flags, zero: false });
}

/** Sign, `#` and padding around a formatted float. */
export function signedFloat(text: string, verb: string, flags: Flags, value: number): string {
  const hasSign = text.startsWith("-") || text.startsWith("+");
  let sign = hasSign ? (text[0] as string) : "+";
  let body = hasSign ? text.slice(1) : text;
  if (flags.space && sign === "+" && !flags.plus) sign = " ";
  if (!Number.isFinite(value)) {
    const bare = Number.isNaN(value) && !flags.space && !flags.plus;
    const shown = sign === "+" && !flags.plus && !Number.isNaN(value) ? "+" : sign;
    return padded(bare ? body : shown + body, { ...flags, zero: false });
  }
  if (flags.sharp && verb !== "b") body = withPoint(body, verb, flags);
  if (sign === "+" && !flags.plus) return padded(body, flags);
  if (flags.zero && !flags.minus && flags.width !== undefined && flags.width > body.length + 1) {
    return sign + "0".repeat(flags.width - body.length - 1) + body;
  }
  return padded(sign + body, flags);
}

/** `#`: always a decimal point, and for %g the trailing zeros. */
function withPoint(body: string, verb: string, flags: Flags): string {
  const isHex = verb === "x" || verb === "X";
  const split = body.search(isHex ? /[pP]/ : /[eEpP]/);
  const number = split < 0 ? body : body.slice(0, split);
  const tail = split < 0 ? "" : body.slice(split);
  const wantsDigits = verb === "g" || verb === "G" || verb === "v" || verb === "x";
  let digits = wantsDigits ? (flags.precision ?? 6) : 0;
  const significant = number.replace(".", "").replace(/^0+/, "").length;
  digits -= significant;
  const pointed = number.includes(".") ? number : `${number}.`;
  if (!number.includes(".") && (number === "0" || number === "")) digits--;
  return pointed + (wantsDigits && digits > 0 ? "0".repeat(digits) : "") + tail;
}
