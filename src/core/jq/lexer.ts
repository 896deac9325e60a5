import { syntaxError } from "./errors.js";

export type Token =
  | { readonly kind: "identifier" | "keyword" | "field" | "variable" | "format" | "number"; readonly text: string }
  | { readonly kind: "operator"; readonly text: string }
  | { readonly kind: "string"; readonly parts: readonly (string | readonly Token[])[] }
  | { readonly kind: "end" };

const keywords = new Set(
  "or and module import include def as label break null true false if then elif else end try catch reduce foreach".split(" "),
);
const operators = ["?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "//", "==", "!=", "<=", ">=", ".."];
const identifier = /[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** The tokens of a jq expression, ending with `end`. Throws InputError JQ_SYNTAX. */
export function tokenize(text: string): readonly Token[] {
  const { tokens, at } = readTokens(text, 0, 0);
  if (at < text.length) throw syntaxError(`unexpected token ${JSON.stringify(text[at])}`);
  return [...tokens, { kind: "end" }];
}

const maxNesting = 200;

/** Reads until the end, or until the `)` that closes an interpolation. */
function readTokens(text: string, start: number, nesting: number): { readonly tokens: readonly Token[]; readonly at: number } {
  if (nesting > maxNesting) throw syntaxError("too many nested strings");
  const tokens: Token[] = [];
  let at = start;
  let depth = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (/\s/.test(character)) {
      at++;
    } else if (character === "#") {
      while (at < text.length && text[at] !== "\n") at++;
    } else if (character === '"') {
      const found = readString(text, at + 1, nesting);
      tokens.push(found.token);
      at = found.at;
    } else {
      if (character === "(") depth++;
      if (character === ")" && nesting > 0 && depth-- === 0) return { tokens, at };
      const found = readToken(text, at);
      tokens.push(found.token);
      at = found.at;
    }
  }
  if (nesting > 0) throw syntaxError("unterminated string literal");
  return { tokens, at };
}

function readToken(text: string, at: number): { readonly token: Token; readonly at: number } {
  const character = text[at] as string;
  const next = text[at + 1] ?? "";
  if (/[A-Za-z_]/.test(character)) {
    const word = match(identifier, text, at);
    return { token: { kind: keywords.has(word) ? "keyword" : "identifier", text: word }, at: at + word.length };
  }
  if (/\d/.test(character) || (character === "." && /\d/.test(next))) {
    const digits = match(number, text, at);
    const after = text[at + digits.length] ?? "";
    if (/[A-Za-z_]/.test(after)) throw syntaxError(`invalid token ${JSON.stringify(digits + after)}`);
    return { token: { kind: "number", text: digits }, at: at + digits.length };
  }
  if ((character === "." || character === "$" || character === "@") && /[A-Za-z_]/.test(next)) {
    const word = match(identifier, text, at + 1);
    const name = character === "$" ? word : (word.split("::")[0] ?? word);
    const kind = character === "." ? "field" : character === "$" ? "variable" : "format";
    return { token: { kind, text: name }, at: at + 1 + name.length };
  }
  const operator = operators.find((one) => text.startsWith(one, at)) ?? character;
  if (!/^[.,:;()[\]{}|=<>+\-*/%?!&]/.test(operator)) throw syntaxError(`unexpected token ${JSON.stringify(character)}`);
  return { token: { kind: "operator", text: operator }, at: at + operator.length };
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

function readString(text: string, start: number, nesting: number): { readonly token: Token; readonly at: number } {
  const parts: (string | readonly Token[])[] = [];
  let literal = "";
  let at = start;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === '"') {
      parts.push(literal);
      return { token: { kind: "string", parts }, at: at + 1 };
    }
    if (character !== "\\") {
      literal += character;
      at++;
      continue;
    }
    const escaped = text[at + 1] ?? "";
    if (escaped === "(") {
      const inner = readTokens(text, at + 2, nesting + 1);
      parts.push(literal, [...inner.tokens, { kind: "end" }]);
      literal = "";
      at = inner.at + 1;
    } else if (escaped === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) {
      literal += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 6), 16));
      at += 6;
    } else {
      const plain = escapes[escaped];
      if (plain === undefined) throw syntaxError(`invalid escape sequence ${JSON.stringify(`\\${escaped}`)} in string literal`);
      literal += plain;
      at += 2;
    }
  }
  throw syntaxError("unterminated string literal");
}
