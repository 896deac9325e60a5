import { InputError } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { toInteger } from "./go-number.js";
import { quoteJsonCharacter } from "./json-character.js";
import { columnOf, lineOf } from "./text.js";

export interface ParseJsonOptions {
  readonly file?: string;
  /** Deepest nesting, default 1000. */
  readonly maxDepth?: number;
}

/** `__proto__` may have any of its characters escaped. */
const NEEDS_OWN_READER = /[0-9]{16}|__proto__|\\u00(?:5[fF]|6[fF]|7[024])/;

/**
 * The value of a JSON text; integers keep all their digits (bigint beyond ±2^53), the last of equal keys wins as in Go.
 * Throws an InputError with code JSON_SYNTAX, JSON_TOO_DEEP or YAML_PROTO_KEY and the place.
 */
export function parseJson(text: string, options: ParseJsonOptions = {}): Value {
  const maxDepth = options.maxDepth ?? 1000;
  if (!NEEDS_OWN_READER.test(text) && bracketDepth(text) <= maxDepth) {
    try {
      return JSON.parse(text) as Value;
    } catch {
      // The own reader below says where.
    }
  }
  return new JsonReader(text, options.file ?? "", maxDepth).read();
}

/** Nesting of brackets when strings are not looked at: never less than the real one by more than strings can hide. */
function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 123 || code === 91) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 34) {
      index = text.indexOf('"', index + 1);
      while (index > 0 && isEscaped(text, index)) index = text.indexOf('"', index + 1);
      if (index < 0) break;
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return deepest;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === 92) backslashes += 1;
  return backslashes % 2 === 1;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class JsonReader {
  readonly #text: string;
  readonly #file: string;
  readonly #maxDepth: number;
  #pos = 0;
  #depth = 0;

  constructor(text: string, file: string, maxDepth: number) {
    this.#text = text;
    this.#file = file;
    this.#maxDepth = maxDepth;
  }

  read(): Value {
    const value = this.#value("looking for beginning of value");
    if (this.#peek() !== undefined) throw this.#unexpected("after top-level value");
    return value;
  }

  #peek(): string | undefined {
    while (" \t\n\r".includes(this.#text[this.#pos] ?? "x")) this.#pos += 1;
    return this.#text[this.#pos];
  }

  #value(context: string): Value {
    const char = this.#peek();
    if (char === "{") return this.#object();
    if (char === "[") return this.#array();
    if (char === '"') return this.#string();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (!this.#text.startsWith(word, this.#pos)) continue;
      this.#pos += word.length;
      return value;
    }
    NUMBER.lastIndex = this.#pos;
    const match = NUMBER.exec(this.#text);
    if (!match) throw this.#unexpected(context);
    this.#pos = NUMBER.lastIndex;
    if (match[1] === undefined && match[2] === undefined) return toInteger(BigInt(match[0]));
    const value = Number(match[0]);
    if (!Number.isFinite(value)) throw this.#error(`number ${match[0]} is out of range`, "JSON_SYNTAX");
    return value;
  }

  #string(): string {
    STRING.lastIndex = this.#pos;
    const match = STRING.exec(this.#text);
    if (!match) throw this.#badString();
    this.#pos = STRING.lastIndex;
    return JSON.parse(match[0]) as string;
  }

  /** What encoding/json says of the first character that no string has there. */
  #badString(): InputError {
    const text = this.#text;
    const at = (end: number, context: string): InputError => {
      this.#pos = end;
      return this.#unexpected(context);
    };
    for (let end = this.#pos + 1; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code < 0x20) return at(end, "in string literal");
      if (code !== 92) continue;
      end += 1;
      if (text[end] === "u") {
        const digits = /^[0-9a-fA-F]{0,4}/.exec(text.slice(end + 1, end + 5))![0].length;
        if (digits < 4) return at(end + 1 + digits, "in \\u hexadecimal character escape");
        end += 4;
      } else if (!'"\\/bfnrt'.includes(text[end] ?? "x")) return at(end, "in string escape code");
    }
    return at(text.length, "");
  }

  #enter(): void {
    this.#pos += 1;
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) throw this.#error(`exceeded max depth of ${this.#maxDepth}`, "JSON_TOO_DEEP");
  }

  #array(): Value {
    const items: Value[] = [];
    this.#enter();
    if (this.#peek() !== "]") {
      do items.push(this.#value("looking for beginning of value"));
      while (this.#separator("]", "after array element"));
    } else this.#pos += 1;
    this.#depth -= 1;
    return items;
  }

  #object(): Value {
    const object: { [key: string]: Value } = {};
    this.#enter();
    if (this.#peek() !== "}") {
      do {
        if (this.#peek() !== '"') throw this.#unexpected("looking for beginning of object key string");
        const at = this.#pos;
        const key = this.#string();
        if (key === "__proto__") throw this.#error('the key "__proto__" is not allowed', "YAML_PROTO_KEY", at);
        if (this.#peek() !== ":") throw this.#unexpected("after object key");
        this.#pos += 1;
        object[key] = this.#value("looking for beginning of value");
      } while (this.#separator("}", "after object key:value pair"));
    } else this.#pos += 1;
    this.#depth -= 1;
    return object;
  }

  /** Steps over `,` (true) or the closing bracket (false). */
  #separator(close: string, context: string): boolean {
    const char = this.#peek();
    if (char !== "," && char !== close) throw this.#unexpected(context);
    this.#pos += 1;
    return char === ",";
  }

  #unexpected(context: string): InputError {
    const code = this.#text.codePointAt(this.#pos);
    if (code === undefined) return this.#error("unexpected end of JSON input", "JSON_SYNTAX");
    return this.#error(`invalid character ${quoteJsonCharacter(code)} ${context}`, "JSON_SYNTAX");
  }

  #error(message: string, code: string, at = this.#pos): InputError {
    const location = { file: this.#file, line: lineOf(this.#text, at), column: columnOf(this.#text, at) };
    return new InputError(message, { code, location });
  }
}
