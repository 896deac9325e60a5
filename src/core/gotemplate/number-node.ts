import { quote } from "./fmt/quote.js";
import type { NumberNode } from "./nodes.js";
import { parseGoFloat, parseGoInt } from "./value/number-syntax.js";
import { GoComplex } from "./value/value.js";

const maxInt = 2n ** 63n - 1n;
const maxUint = 2n ** 64n - 1n;

/** A number literal, or the error message for it. */
export function parseNumber(text: string, pos: number): NumberNode | string {
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) {
    const float = Number(text);
    const int = BigInt(float);
    return { kind: "number", pos, text, int, uint: int, float };
  }
  const base = { kind: "number", pos, text } as const;
  if (text.endsWith("i")) {
    const complex = parseComplex(text.slice(0, -1));
    if (complex) return { ...base, complex, ...(complex.imaginary === 0 ? fromFloat(complex.real) : {}) };
  }
  const unsigned = parseGoInt(text, 0, { unsigned: true });
  const signed = parseGoInt(text, 0);
  const int = signed.kind === "ok" ? signed.value : undefined;
  const uint = unsigned.kind === "ok" ? unsigned.value : int === 0n ? 0n : undefined;
  const integer = int ?? uint;
  if (integer !== undefined) return { ...base, int, uint, float: Number(integer) };
  const float = parseGoFloat(text);
  if (float === undefined || float.isRange) return `illegal number syntax: ${quote(text)}`;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`;
  return { ...base, ...fromFloat(float.value) };
}

function fromFloat(float: number): Pick<NumberNode, "int" | "uint" | "float"> {
  if (!Number.isInteger(float)) return { float };
  const whole = BigInt(float);
  return {
    float,
    int: whole >= -maxInt - 1n && whole <= maxInt ? whole : undefined,
    uint: whole >= 0n && whole <= maxUint ? whole : undefined,
  };
}

/** `3` is 3i, `1+2` is 1+2i. */
function parseComplex(text: string): GoComplex | undefined {
  const split = /^(.+?(?<![eEpP]))([+-].*)$/.exec(text);
  const real = split ? parseGoFloat(split[1] as string) : { value: 0 };
  const imaginary = parseGoFloat(split ? (split[2] as string) : text);
  return real && imaginary && new GoComplex(real.value, imaginary.value);
}
