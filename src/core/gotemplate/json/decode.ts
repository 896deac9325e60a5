import { quoteJsonCharacter } from "../../yaml/json-character.js";
import { functionError, type TemplateFailure } from "../errors.js";
import { GoList, GoMap, type GoValue } from "../value/value.js";

const maxDepth = 10_000;
const depthLimit = 1_000;

/** encoding/json's Unmarshal into `any`: numbers become float64. Throws TemplateFailure with Go's words. */
export function decodeJson(text: string): GoValue {
  return new Decoder(text).document();
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
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at++;
  }

  private bad(context: string): TemplateFailure {
    const code = this.text.codePointAt(this.at);
    // At the end the original feeds its scanner a blank: inside a word or number that is the offending character.
    if (code === undefined && /literal|escape/.test(context)) return functionError(`invalid character ' ' ${context}`);
    if (code === undefined) return functionError("unexpected end of JSON input");
    return functionError(`invalid character ${quoteJsonCharacter(code)} ${context}`);
  }

  private value(depth: number): GoValue {
    if (depth > Math.min(depthLimit, maxDepth)) throw functionError("exceeded max depth");
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
      if (!/[0-9]/.test(this.text[this.at] ?? "")) throw this.bad(context);
      while (/[0-9]/.test(this.text[this.at] ?? "")) this.at++;
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

  private string(): string {
    let out = "";
    this.at++;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) throw functionError("unexpected end of JSON input");
      if (char === '"') {
        this.at++;
        return out.replace(/[\ud800-\udfff]/gu, "\ufffd");
      }
      if (char < " ") throw this.bad("in string literal");
      this.at++;
      out += char === "\\" ? this.escape() : char;
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
        throw this.bad(
          entries.size === 0 ? "looking for beginning of object key string" : "looking for beginning of object key string",
        );
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
