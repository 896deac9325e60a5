import { canonical } from "../value/text.js";
import { isSignedKind, isUnsignedKind } from "../value/type.js";
import { GoInt, type GoValue, typeOf } from "../value/value.js";
import { display, formatArg } from "./format.js";
import type { Flags } from "./number.js";

const tooLarge = 1_000_000;

/** fmt.Sprintf, with its notes for wrong, missing and extra operands. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  return new Printer(format, args).run();
}

interface Numbers {
  width?: number | undefined;
  precision?: number | undefined;
}

class Printer {
  private out = "";
  private at = 0;
  private argument = 0;
  private reordered = false;
  private goodArgument = true;
  private afterIndex = false;

  constructor(
    private readonly format: string,
    private readonly args: readonly GoValue[],
  ) {}

  run(): string {
    const { format, args } = this;
    while (this.at < format.length) {
      const percent = format.indexOf("%", this.at);
      if (percent < 0) {
        this.out += format.slice(this.at);
        break;
      }
      this.out += format.slice(this.at, percent);
      this.at = percent + 1;
      if (this.plainText()) continue;
      if (this.directive() === "end") break;
    }
    if (!this.reordered && this.argument < args.length) {
      const extra = args.slice(this.argument).map((arg) => (arg == null ? "<nil>" : `${typeOf(arg).name}=${display(arg)}`));
      this.out += `%!(EXTRA ${extra.join(", ")})`;
    }
    return canonical(this.out);
  }

  /** `%s` and `%v` of a string, which is nearly always what is asked for. */
  private plainText(): boolean {
    const verb = this.format[this.at];
    const arg = this.args[this.argument];
    if ((verb !== "s" && verb !== "v") || typeof arg !== "string") return false;
    this.out += arg;
    this.at++;
    this.argument++;
    return true;
  }

  private directive(): "end" | undefined {
    const { format, args } = this;
    this.goodArgument = true;
    this.afterIndex = false;
    const flags = { plus: false, minus: false, sharp: false, space: false, zero: false };
    const numbers: Numbers = {};
    for (; this.at < format.length; this.at++) {
      const char = format[this.at];
      if (char === "#") flags.sharp = true;
      else if (char === "0") flags.zero = true;
      else if (char === "+") flags.plus = true;
      else if (char === "-") flags.minus = true;
      else if (char === " ") flags.space = true;
      else break;
    }
    this.index();
    this.width(flags, numbers);
    this.precision(numbers);
    if (!this.afterIndex) this.index();
    const code = format.codePointAt(this.at);
    if (code === undefined) {
      this.out += "%!(NOVERB)";
      return "end";
    }
    const verb = String.fromCodePoint(code);
    this.at += verb.length;
    if (verb === "%") {
      this.out += "%";
    } else if (!this.goodArgument) {
      this.out += `%!${verb}(BADINDEX)`;
    } else if (this.argument >= args.length) {
      this.out += `%!${verb}(MISSING)`;
    } else {
      this.out += formatArg(args[this.argument++], verb, resolve(flags, numbers, verb));
    }
    return undefined;
  }

  private width(flags: { minus: boolean; zero: boolean }, numbers: Numbers): void {
    if (this.format[this.at] === "*") {
      this.at++;
      const width = this.starArgument();
      if (width === undefined) this.out += "%!(BADWIDTH)";
      else if (width < 0) {
        flags.minus = true;
        flags.zero = false;
      }
      numbers.width = width === undefined ? undefined : Math.abs(width);
      this.afterIndex = false;
      return;
    }
    numbers.width = this.number();
    if (this.afterIndex && numbers.width !== undefined) this.goodArgument = false;
  }

  private precision(numbers: Numbers): void {
    if (this.format[this.at] !== ".") return;
    this.at++;
    if (this.afterIndex) this.goodArgument = false;
    this.index();
    if (this.format[this.at] === "*") {
      this.at++;
      const precision = this.starArgument();
      if (precision === undefined) this.out += "%!(BADPREC)";
      else if (precision >= 0) numbers.precision = precision;
      else this.out += "%!(BADPREC)";
      this.afterIndex = false;
      return;
    }
    numbers.precision = this.number() ?? 0;
  }

  /** Decimal digits; a number that is too large before its last digit counts as absent, and so does all after it (Go). */
  private number(): number | undefined {
    const start = this.at;
    let value = 0;
    for (; ; this.at++) {
      const digit = this.format.charCodeAt(this.at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return this.at === start ? undefined : value;
      if (value > tooLarge) {
        this.at = this.format.length;
        return undefined;
      }
      value = value * 10 + digit;
    }
  }

  private starArgument(): number | undefined {
    const arg = this.args[this.argument];
    if (this.argument >= this.args.length) return undefined;
    this.argument++;
    if (!(arg instanceof GoInt) || !(isSignedKind(arg.type.kind) || isUnsignedKind(arg.type.kind))) return undefined;
    const value = Number(arg.value);
    return Math.abs(value) > tooLarge ? undefined : value;
  }

  /** `[3]`: the number of the operand to use. */
  private index(): void {
    if (this.format[this.at] !== "[") {
      this.afterIndex = false;
      return;
    }
    this.reordered = true;
    const close = this.format.indexOf("]", this.at);
    if (close < 0) {
      this.goodArgument = false;
      this.at += 1;
      return;
    }
    const text = this.format.slice(this.at + 1, close);
    this.at = close + 1;
    const index = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (index >= 1 && index <= this.args.length) {
      this.argument = index - 1;
      this.afterIndex = true;
    } else {
      this.goodArgument = false;
      this.afterIndex = !Number.isNaN(index);
    }
  }
}

function resolve(
  flags: { plus: boolean; minus: boolean; sharp: boolean; space: boolean; zero: boolean },
  numbers: Numbers,
  verb: string,
): Flags {
  const base = { ...flags, ...numbers, plusV: false, sharpV: false };
  if (verb !== "v") return base;
  return { ...base, sharp: false, plus: false, sharpV: flags.sharp, plusV: flags.plus };
}
