import { InputError } from "../../errors.js";

export type Token =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "string"; readonly value: string; readonly at: number }
  | { readonly kind: "name"; readonly value: string; readonly at: number }
  | { readonly kind: "operator"; readonly value: string; readonly at: number }
  | { readonly kind: "end"; readonly at: number };

const operators = [
  "==",
  "!=",
  "<=",
  ">=",
  "&&",
  "||",
  "??",
  "?.",
  "**",
  "..",
  "!",
  "<",
  ">",
  "+",
  "-",
  "*",
  "/",
  "%",
  "^",
  "?",
  ":",
  ".",
  ",",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  "#",
  "|",
  ";",
  "=",
];

/** Splits an expression; comments as in expr-lang. Throws InputError NOTIFICATION_EXPR. */
export function lexExpression(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const blank = /^(\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const number = /^(0[xX][0-9a-fA-F_]+|\d[\d_]*(\.\d[\d_]*)?([eE][+-]?\d+)?|\.\d+)/.exec(rest)?.[0];
    const name = /^[A-Za-z_$][A-Za-z0-9_$]*/.exec(rest)?.[0];
    const operator = operators.find((one) => rest.startsWith(one));
    if (number !== undefined && !(rest.startsWith("..") && number.startsWith("."))) {
      // `1..3` is a range, not a number with a point.
      const whole = rest.slice(0, number.length).endsWith(".") ? number.slice(0, -1) : number;
      tokens.push({ kind: "number", value: Number(whole.replaceAll("_", "")), at });
      at += whole.length;
    } else if (name !== undefined) {
      tokens.push({ kind: "name", value: name, at });
      at += name.length;
    } else if (/^["'`]/.test(rest)) {
      const { value, length } = readString(rest, at);
      tokens.push({ kind: "string", value, at });
      at += length;
    } else if (operator !== undefined) {
      tokens.push({ kind: "operator", value: operator, at });
      at += operator.length;
    } else throw expressionError(`unrecognized character ${JSON.stringify(rest[0])}`, at);
  }
  return [...tokens, { kind: "end", at }];
}

export function expressionError(message: string, at: number): InputError {
  return new InputError(`${message} (1:${at + 1})`, { code: "NOTIFICATION_EXPR" });
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\x07", "0": "\0" };

function readString(text: string, at: number): { readonly value: string; readonly length: number } {
  const quote = text[0]!;
  let value = "";
  for (let index = 1; index < text.length; index++) {
    const char = text[index]!;
    if (char === quote) return { value, length: index + 1 };
    if (char !== "\\" || quote === "`") {
      value += char;
      continue;
    }
    const next = text[++index] ?? "";
    const hex = next === "x" ? 2 : next === "u" ? 4 : 0;
    if (hex > 0) {
      value += String.fromCharCode(Number.parseInt(text.slice(index + 1, index + 1 + hex), 16));
      index += hex;
    } else value += escapes[next] ?? next;
  }
  throw expressionError("literal not terminated", at);
}
