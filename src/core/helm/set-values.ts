import { quote } from "../gotemplate/fmt/quote.js";
import { decodeJson } from "../gotemplate/json/decode.js";
import { guarded } from "../gotemplate/render.js";
import { parseGoInt } from "../gotemplate/value/number-syntax.js";
import { isSpace } from "../gotemplate/value/unicode.js";
import { GoList, GoMap, type GoValue, int64 } from "../gotemplate/value/value.js";
import { helmError } from "./failure.js";

const maxIndex = 65_536;
const maxNesting = 30;

/** How the text after `=` becomes a value. */
export type SetReader =
  | { readonly kind: "typed" }
  | { readonly kind: "json" }
  | { readonly kind: "text"; readonly read: (text: string) => GoValue };

/** Helm's `--set` syntax (`a.b[0].c=1,d={x,y}`) into `target`, which changes. Throws InputError HELM_SET. */
export function setValues(text: string, target: GoMap, reader: SetReader): void {
  new SetParser(text, reader).parse(target);
}

/** End of the text: what Go's parser signals with io.EOF. */
const end = Symbol("end of text");
type Outcome = typeof end | undefined;

class SetParser {
  private readonly chars: readonly string[];
  private at = 0;

  constructor(
    text: string,
    private readonly reader: SetReader,
  ) {
    this.chars = Array.from(text);
  }

  parse(target: GoMap): void {
    while (this.key(target, 0) !== end);
  }

  /** Characters up to one of `stops`; a backslash takes the next one as it is. */
  private until(stops: string): { readonly text: string; readonly last: string | typeof end } {
    let text = "";
    while (this.at < this.chars.length) {
      const char = this.chars[this.at++] as string;
      if (stops.includes(char)) return { text, last: char };
      if (char !== "\\") {
        text += char;
        continue;
      }
      const next = this.chars[this.at++];
      if (next === undefined) break;
      text += next;
    }
    return { text, last: end };
  }

  private key(target: GoMap, nesting: number): Outcome {
    const { text: key, last } = this.until("=[,.");
    switch (last) {
      case "[":
        return this.indexed(target, key, nesting);
      case "=":
        return this.assign((value) => set(target, key, value));
      case ",":
        set(target, key, "");
        throw failure(`key ${quote(key)} has no value (cannot end with ,)`);
      case ".":
        return this.nested(target, key, nesting + 1);
      default:
        if (key === "") return end;
        throw failure(`key ${quote(key)} has no value`);
    }
  }

  private nested(target: GoMap, key: string, nesting: number): Outcome {
    if (nesting > maxNesting) {
      throw failure(`value name nested level is greater than maximum supported nested level of ${maxNesting}`);
    }
    const known = target.entries.has(key) ? target.entries.get(key) : new GoMap(new Map());
    if (!(known instanceof GoMap)) throw conversion(known, "map[string]interface {}");
    const outcome = this.key(known, nesting);
    if (outcome !== end && known.entries.size === 0) throw failure(`key map ${quote(key)} has no value`);
    if (known.entries.size > 0) set(target, key, known);
    return outcome;
  }

  private indexed(target: GoMap, key: string, nesting: number): Outcome {
    const index = this.index();
    const known = target.entries.has(key) ? target.entries.get(key) : new GoList([]);
    if (!(known instanceof GoList)) throw conversion(known, "[]interface {}");
    const { list, outcome } = this.item(known.items, index, nesting);
    set(target, key, new GoList(list));
    return outcome;
  }

  private index(): number {
    const { text, last } = this.until("]");
    if (last === end) throw failure("error parsing index: EOF");
    const parsed = parseGoInt(text, 10);
    if (parsed.kind === "ok") return Number(parsed.value);
    const reason = parsed.kind === "range" ? "value out of range" : "invalid syntax";
    throw failure(`error parsing index: strconv.Atoi: parsing ${quote(text)}: ${reason}`);
  }

  private item(items: readonly GoValue[], index: number, nesting: number): { list: GoValue[]; outcome: Outcome } {
    if (index < 0) throw failure(`negative ${index} index not allowed`);
    const { text, last } = this.until("[.=");
    if (text !== "") throw failure(`unexpected data at end of array index: ${quote(text)}`);
    let list = [...items];
    let outcome: Outcome;
    switch (last) {
      case "=":
        outcome = this.assign((value) => {
          list = setIndex(list, index, value);
        });
        return { list, outcome: this.reader.kind === "json" ? outcome : undefined };
      case "[": {
        const inner = this.index();
        const known = list[index] ?? new GoList([]);
        if (!(known instanceof GoList)) throw conversion(known, "[]interface {}");
        const found = this.item(known.items, inner, nesting);
        return { list: setIndex(list, index, new GoList(found.list)), outcome: found.outcome };
      }
      case ".": {
        const known = list[index];
        const inner = known instanceof GoMap ? known : new GoMap(new Map());
        outcome = this.key(inner, nesting);
        return { list: setIndex(list, index, inner), outcome };
      }
      default:
        return { list, outcome: end };
    }
  }

  /** What follows `=`. */
  private assign(put: (value: GoValue) => void): Outcome {
    if (this.reader.kind === "json") return this.json(put);
    if (this.at >= this.chars.length) {
      put("");
      return end;
    }
    if (this.chars[this.at] === "{") {
      this.at++;
      put(this.list());
      return undefined;
    }
    put(this.read(this.until(",").text));
    return undefined;
  }

  private list(): GoList {
    const items: GoValue[] = [];
    for (;;) {
      const { text, last } = this.until(",}");
      if (last === end) throw failure("list must terminate with '}'");
      items.push(this.read(text));
      if (last === ",") continue;
      if (this.chars[this.at] === ",") this.at++;
      return new GoList(items);
    }
  }

  private read(text: string): GoValue {
    return this.reader.kind === "text" ? this.reader.read(text) : typed(text);
  }

  private json(put: (value: GoValue) => void): Outcome {
    if (this.skipEmpty()) {
      put(null);
      return undefined;
    }
    const length = jsonLength(this.chars.slice(this.at).join(""));
    const text = Array.from(this.chars.slice(this.at).join("").slice(0, length));
    const value = guarded(() => decodeJson(text.join("")));
    put(value);
    this.at += text.length;
    this.skipEmpty();
    return undefined;
  }

  /** Skips blanks; true where the value is empty: at a comma (skipped too) or the end. */
  private skipEmpty(): boolean {
    for (; this.at < this.chars.length; this.at++) {
      const char = this.chars[this.at] as string;
      if (char === ",") {
        this.at++;
        return true;
      }
      if (!isSpace(char)) return false;
    }
    return true;
  }
}

/** Length of the JSON value at the start of `text`; the whole text where it has no end. */
function jsonLength(text: string): number {
  const scalar = /^\s*(?:"(?:[^"\\]|\\.)*"|[-+0-9.eE]+|[a-z]+)/.exec(text);
  if (scalar) return scalar[0].length;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
    } else if (char === "{" || char === "[") {
      depth++;
    } else if (char === "}" || char === "]") {
      depth--;
      if (depth <= 0) return at + 1;
    }
  }
  return text.length;
}

function set(target: GoMap, key: string, value: GoValue): void {
  if (key !== "") target.entries.set(key, value);
}

function setIndex(list: readonly GoValue[], index: number, value: GoValue): GoValue[] {
  if (index > maxIndex) throw failure(`index of ${index} is greater than maximum supported index of ${maxIndex}`);
  const out = [...list];
  while (out.length <= index) out.push(null);
  out[index] = value;
  return out;
}

function typed(text: string): GoValue {
  const lower = text.toLowerCase();
  if (lower === "true") return true;
  if (lower === "false") return false;
  if (lower === "null") return null;
  if (text === "0") return int64(0);
  if (text === "" || text.startsWith("0")) return text;
  const parsed = parseGoInt(text, 10);
  return parsed.kind === "ok" ? int64(parsed.value) : text;
}

function conversion(value: GoValue, wanted: string): ReturnType<typeof helmError> {
  const names = { string: "string", number: "float64", boolean: "bool" } as Readonly<Record<string, string>>;
  let actual = names[typeof value] ?? "nil";
  if (value instanceof GoMap) actual = "map[string]interface {}";
  else if (value instanceof GoList) actual = "[]interface {}";
  else if (typeof value === "object" && value !== null) actual = "int64";
  return failure(`unable to parse key: interface conversion: interface {} is ${actual}, not ${wanted}`);
}

function failure(message: string): ReturnType<typeof helmError> {
  return helmError(message, { code: "HELM_SET" });
}
