import { parse, TomlDate, TomlError, type TomlPrimitive, type TomlTable } from "smol-toml";
import { functionError, TemplateFailure } from "../errors.js";
import { durationText } from "../fmt/duration.js";
import { formatFloat } from "../fmt/float.js";
import { type FunctionTable, fn } from "../function.js";
import { GoTime } from "../time/go-time.js";
import { fixedZone, utc } from "../time/zone.js";
import { compareText } from "../value/text.js";
import { types } from "../value/type.js";
import { GoBytes, GoComplex, GoInt, GoList, GoMap, type GoValue, int64 } from "../value/value.js";
import { tomlErrorText } from "./toml-error.js";

/** Helm's TOML functions, with BurntSushi/toml's printing. */
export const tomlFunctions: FunctionTable = {
  toToml: fn("any", (value) => {
    try {
      return printToml(value);
    } catch (error) {
      if (error instanceof TemplateFailure) return error.message;
      throw error;
    }
  }),
  mustToToml: fn("any", printToml),
  fromToml: fn("string", (text) => {
    try {
      return readTable(parse(text, { integersAsBigInt: true }));
    } catch (error) {
      if (error instanceof TomlError)
        return new GoMap(new Map([["Error", tomlErrorText(text, { line: error.line, reason: firstSentence(error) })]]));
      throw error;
    }
  }),
};

function firstSentence(error: TomlError): string {
  return error.message.split("\n")[0]?.replace("Invalid TOML document: ", "") ?? "";
}

function readTable(table: TomlTable): GoMap {
  return new GoMap(new Map(Object.entries(table).map(([key, value]) => [key, readValue(value)])));
}

function readValue(value: TomlPrimitive | TomlTable | readonly unknown[]): GoValue {
  if (typeof value === "bigint") return int64(value);
  if (value instanceof TomlDate) return readDate(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => readValue(item as TomlPrimitive));
    const isTables = items.length > 0 && items.every((item) => item instanceof GoMap);
    return new GoList(items, isTables ? types.maps : types.list);
  }
  if (typeof value === "object" && value !== null) return readTable(value as TomlTable);
  return value as GoValue;
}

function readDate(date: TomlDate): GoTime {
  const nanos = BigInt(date.getTime()) * 1_000_000n;
  const offset = /([+-])(\d\d):(\d\d)$/.exec(date.toISOString());
  if (date.isDateTime() && offset) {
    const seconds = (Number(offset[2]) * 60 + Number(offset[3])) * 60 * (offset[1] === "-" ? -1 : 1);
    return new GoTime(nanos, fixedZone("", seconds));
  }
  return new GoTime(nanos, utc);
}

/** BurntSushi/toml's Encode: plain keys first, then tables, each sorted. */
function printToml(value: GoValue): string {
  if (value === undefined || value === null) {
    throw functionError("runtime error: invalid memory address or nil pointer dereference");
  }
  const printer = new Printer();
  printer.encode([], value);
  return printer.out;
}

class Printer {
  out = "";

  encode(key: readonly string[], value: GoValue): void {
    if (value instanceof GoMap) {
      if (!value.isNil) this.table(key, value);
    } else if (value instanceof GoList && isTableArray(value)) {
      this.tables(key, value);
    } else {
      this.keyValue(key, value, false);
    }
  }

  private newline(): void {
    if (this.out !== "") this.out += "\n";
  }

  private indent(key: readonly string[]): string {
    return "  ".repeat(Math.max(0, key.length - 1));
  }

  private table(key: readonly string[], map: GoMap): void {
    if (key.length === 1) this.newline();
    if (key.length > 0) {
      this.out += `${this.indent(key)}[${key.map(quoteKey).join(".")}]`;
      this.newline();
    }
    this.map(key, map, false);
  }

  private tables(key: readonly string[], list: GoList): void {
    if (key.length === 0) throw functionError("toml: top-level values must be Go maps or structs");
    for (const item of list.items) {
      if (!(item instanceof GoMap) || item.isNil) continue;
      this.newline();
      this.out += `${this.indent(key)}[[${key.map(quoteKey).join(".")}]]`;
      this.newline();
      this.map(key, item, false);
    }
  }

  private map(key: readonly string[], map: GoMap, inline: boolean): void {
    const keys = [...map.entries.keys()].sort(compareText);
    const isTable = (name: string) => {
      const value = map.entries.get(name);
      return (value instanceof GoMap && !value.isNil) || (value instanceof GoList && isTableArray(value));
    };
    const direct = keys.filter((name) => !isTable(name));
    const sub = keys.filter(isTable);
    if (inline) this.out += "{";
    this.mapKeys(key, map, { names: direct, inline, hasMore: sub.length > 0 });
    this.mapKeys(key, map, { names: sub, inline, hasMore: false });
    if (inline) this.out += "}";
  }

  private mapKeys(
    key: readonly string[],
    map: GoMap,
    options: { readonly names: readonly string[]; readonly inline: boolean; readonly hasMore: boolean },
  ): void {
    const { names, inline, hasMore } = options;
    for (const [index, name] of names.entries()) {
      const value = map.entries.get(name);
      const isNil = value === null || value === undefined || ((value instanceof GoMap || value instanceof GoList) && value.isNil);
      if (isNil) continue;
      if (!inline) {
        this.encode([...key, name], value);
        continue;
      }
      this.keyValue([name], value, true);
      if (hasMore || index !== names.length - 1) this.out += ", ";
    }
  }

  private keyValue(key: readonly string[], value: GoValue, inline: boolean): void {
    if (key.length === 0) {
      this.element(value);
      return;
    }
    this.out += `${this.indent(key)}${quoteKey(key.at(-1) as string)} = `;
    this.element(value);
    if (!inline) this.newline();
  }

  private element(value: GoValue): void {
    if (typeof value === "string") this.out += quoteText(value);
    else if (typeof value === "boolean") this.out += String(value);
    else if (typeof value === "number") this.out += floatText(value);
    else if (value instanceof GoInt)
      this.out += value.type === types.duration ? `"${durationText(value.value)}"` : String(value.value);
    else if (value instanceof GoMap) this.map([], value, true);
    else if (value instanceof GoList) this.array(value.items);
    else if (value instanceof GoBytes) this.array(Array.from(value.bytes, (byte) => int64(byte)));
    else if (value instanceof GoTime) this.out += value.format("2006-01-02T15:04:05.999999999Z07:00");
    else if (value instanceof GoComplex) throw functionError("toml: unsupported type: complex128");
    else if (value === null || value === undefined) throw functionError("toml: cannot encode array with nil element");
    else this.out += quoteText(value.text() ?? "");
  }

  private array(items: readonly GoValue[]): void {
    this.out += "[";
    items.forEach((item, index) => {
      this.element(item);
      if (index !== items.length - 1) this.out += ", ";
    });
    this.out += "]";
  }
}

/** Whether all elements are tables; nil elements are refused. */
function isTableArray(list: GoList): boolean {
  if (list.isNil || list.items.length === 0) return false;
  if (list.items.some((item) => item === null || item === undefined)) {
    throw functionError("toml: cannot encode array with nil element");
  }
  return list.items.every((item) => item instanceof GoMap && !item.isNil);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const text = formatFloat(value, "g", -1);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function quoteKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoteText(key);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

function quoteText(text: string): string {
  const body = text.replace(
    /["\\\x00-\x1f\x7f]/g,
    (char) => escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${body}"`;
}
