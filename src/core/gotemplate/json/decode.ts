import { quoteJsonCharacter } from "../../yaml/json-character.js";
import { functionError, type TemplateFailure } from "../errors.js";
import { GoList, GoMap, type GoValue } from "../value/value.js";

const depthLimit = 1_000;
const quoteCode = 0x22;
const backslashCode = 0x5c;

/** encoding/json's Unmarshal into `any`: numbers become float64. Throws TemplateFailure with Go's words. */
export function decodeJson(text: string): GoValue {
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch {
    // The engine's parser is many times as fast, but its errors have other words.
    return new Decoder(text).document();
  }
  return goValueOf(plain, text, 0);
}

function goValueOf(plain: unknown, text: string, depth: number): GoValue {
  if (depth > depthLimit) throw functionError("exceeded max depth");
  if (typeof plain === "string") return wellFormed(plain);
  // Only the text still says which number is out of bounds.
  if (typeof plain === "number") return Number.isFinite(plain) ? plain : new Decoder(text).document();
  if (typeof plain !== "object" || plain === null) return plain as boolean | null;
  if (Array.isArray(plain)) return new GoList(plain.map((item) => goValueOf(item, text, depth + 1)));
  const entries = new Map<string, GoValue>();
  for (const key of Object.keys(plain))
    entries.set(wellFormed(key), goValueOf((plain as Readonly<Record<string, unknown>>)[key], text, depth + 1));
  return new GoMap(entries);
}

function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}

/** The kind of JSON value that `text` starts with, in the words of encoding/json's type errors. */
export function jsonKind(value: GoValue): string {
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "bool";
  return value instanceof GoMap ? "object" : value instanceof GoList ? "array" : "null";
}

class Decoder {
  private at = 0;
  constructor(private readonly text: string) {}

  document(): GoValue {
    this.blanks();
    const value = this.value(0);
    this.blanks();
    if (this.at < this.text.length) throw this.bad("after top-level value");
    return value;
  }

  private blanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private bad(context: string): TemplateFailure {
    const code = this.text.codePointAt(this.at);
    // At the end the original feeds its scanner a blank: inside a word or number that is the offending character.
    if (code === undefined && /literal|escape/.test(context)) return functionError(`invalid character ' ' ${context}`);
    if (code === undefined) return functionError("unexpected end of JSON input");
    return functionError(`invalid character ${quoteJsonCharacter(code)} ${context}`);
  }

  private value(depth: number): GoValue {
    if (depth > depthLimit) throw functionError("exceeded max depth");
    const char = this.text[this.at];
    switch (char) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.literal("true", true);
      case "f":
        return this.literal("false", false);
      case "n":
        return this.literal("null", null);
    }
    if (char !== undefined && /[-0-9]/.test(char)) return this.number();
    throw this.bad("looking for beginning of value");
  }

  private literal(word: string, value: GoValue): GoValue {
    for (let index = 0; index < word.length; index++, this.at++) {
      if (this.text[this.at] !== word[index]) throw this.bad(`in literal ${word} (expecting '${word[index]}')`);
    }
    return value;
  }

  private number(): number {
    const start = this.at;
    const digits = (context: string) => {
      if (!this.isDigit()) throw this.bad(context);
      while (this.isDigit()) this.at++;
    };
    if (this.text[this.at] === "-") this.at++;
    if (this.text[this.at] === "0") this.at++;
    else digits("in numeric literal");
    if (this.text[this.at] === ".") {
      this.at++;
      digits("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.text[this.at] ?? "")) {
      this.at++;
      if (/[-+]/.test(this.text[this.at] ?? "")) this.at++;
      digits("in exponent of numeric literal");
    }
    const literal = this.text.slice(start, this.at);
    const value = Number(literal);
    if (!Number.isFinite(value)) throw functionError(`json: cannot unmarshal number ${literal} into Go value of type float64`);
    return value;
  }

  private isDigit(): boolean {
    const code = this.text.charCodeAt(this.at);
    return code >= 0x30 && code <= 0x39;
  }

  private string(): string {
    let out = "";
    let from = ++this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (Number.isNaN(code)) throw functionError("unexpected end of JSON input");
      if (code < 0x20) throw this.bad("in string literal");
      this.at++;
      if (code !== quoteCode && code !== backslashCode) continue;
      out += this.text.slice(from, this.at - 1);
      if (code === quoteCode) return wellFormed(out);
      out += this.escape();
      from = this.at;
    }
  }

  private escape(): string {
    const char = this.text[this.at] ?? "";
    const plain = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }[char];
    if (plain !== undefined) {
      this.at++;
      return plain;
    }
    if (char !== "u") throw this.bad("in string escape code");
    this.at++;
    const start = this.at;
    for (; this.at < start + 4; this.at++) {
      if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? "")) throw this.bad("in \\u hexadecimal character escape");
    }
    return String.fromCharCode(Number.parseInt(this.text.slice(start, this.at), 16));
  }

  private array(depth: number): GoList {
    const items: GoValue[] = [];
    this.at++;
    this.blanks();
    if (this.text[this.at] === "]") {
      this.at++;
      return new GoList(items);
    }
    for (;;) {
      this.blanks();
      items.push(this.value(depth + 1));
      this.blanks();
      const char = this.text[this.at];
      if (char !== "," && char !== "]") throw this.bad("after array element");
      this.at++;
      if (char === "]") return new GoList(items);
    }
  }

  private object(depth: number): GoMap {
    const entries = new Map<string, GoValue>();
    this.at++;
    this.blanks();
    if (this.text[this.at] === "}") {
      this.at++;
      return new GoMap(entries);
    }
    for (;;) {
      this.blanks();
      if (this.text[this.at] !== '"') {
        throw this.bad("looking for beginning of object key string");
      }
      const key = this.string();
      this.blanks();
      if (this.text[this.at] !== ":") throw this.bad("after object key");
      this.at++;
      this.blanks();
      entries.set(key, this.value(depth + 1));
      this.blanks();
      const char = this.text[this.at];
      if (char !== "," && char !== "}") throw this.bad("after object key:value pair");
      this.at++;
      if (char === "}") return new GoMap(entries);
    }
  }
}
