import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { parseJson } from "../yaml/json.js";
import { compareValues } from "./compare.js";
import { gmtime, mktime, strftime, strptime } from "./dates.js";
import { described, JqError } from "./errors.js";
import { formats, formatText } from "./format.js";
import { mathFunctions } from "./math.js";
import { isNumber, parseNumber } from "./numbers.js";
import { arithmetic, splitText } from "./operators.js";
import { indicesOf, toInteger } from "./paths.js";
import { matchAll, testPattern } from "./regex.js";
import type { Run } from "./runtime.js";
import { compareText, jsonText, preview, typeName } from "./text.js";

/** A builtin that makes one value of its input and its arguments' values. */
export type ValueFunction = (run: Run, value: Value, args: readonly Value[]) => Value;

const cannot = (name: string, value: Value) => new JqError(`${name} cannot be applied to: ${described(value)}`);
const cannotWith = (name: string, value: Value, argument: Value) =>
  new JqError(`${name}(${preview(argument)}) cannot be applied to: ${described(value)}`);

function elements(name: string, value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (isObject(value)) return keysOf(value).map((key) => value[key] as Value);
  throw cannot(name, value);
}

function listOf(name: string, value: Value): readonly Value[] {
  if (!Array.isArray(value)) throw cannot(name, value);
  return value;
}

function textOf(name: string, value: Value): string {
  if (typeof value !== "string") throw cannot(name, value);
  return value;
}

function keysOf(object: ValueObject): string[] {
  return Object.keys(object).sort(compareText);
}

function text(name: string, change: (text: string) => Value): [string, ValueFunction] {
  return [`${name}/0`, (_run, value) => change(textOf(name, value))];
}

function textWith(name: string, change: (text: string, argument: string) => Value): [string, ValueFunction] {
  return [
    `${name}/1`,
    (_run, value, [argument = null]) => {
      if (typeof value !== "string" || typeof argument !== "string") throw cannotWith(name, value, argument);
      return change(value, argument);
    },
  ];
}

export const valueFunctions: ReadonlyMap<string, ValueFunction> = new Map<string, ValueFunction>([
  ["length/0", (_run, value) => length(value)],
  [
    "abs/0",
    (_run, value) => {
      if (!isNumber(value)) throw cannot("abs", value);
      return magnitude(value);
    },
  ],
  ["utf8bytelength/0", (_run, value) => utf8Length(textOf("utf8bytelength", value))],
  [
    "keys/0",
    (_run, value) => {
      if (Array.isArray(value)) return value.map((_, index) => index);
      if (isObject(value)) return keysOf(value);
      throw cannot("keys", value);
    },
  ],
  ["has/1", (_run, value, [key = null]) => has(value, key)],
  ["add/0", (run, value) => elements("add", value).reduce<Value>((sum, item) => arithmetic("+", sum, item, run), null)],
  ["type/0", (_run, value) => typeName(value)],
  ["tostring/0", (_run, value) => (typeof value === "string" ? value : jsonText(value))],
  ["tojson/0", (_run, value) => jsonText(value)],
  ["fromjson/0", (_run, value) => fromJson(value)],
  ["tonumber/0", (_run, value) => toNumber(value)],
  ["toboolean/0", (_run, value) => toBoolean(value)],
  ["reverse/0", (_run, value) => [...listOf("reverse", value)].reverse()],
  ["contains/1", (_run, value, [part = null]) => contains(value, part)],
  ["indices/1", (_run, value, [wanted = null]) => indices("indices", value, wanted)],
  ["index/1", (_run, value, [wanted = null]) => first(indices("index", value, wanted))],
  ["rindex/1", (_run, value, [wanted = null]) => last(indices("rindex", value, wanted))],
  textWith("startswith", (a, b) => a.startsWith(b)),
  textWith("endswith", (a, b) => a.endsWith(b)),
  textWith("ltrimstr", (a, b) => (a.startsWith(b) ? a.slice(b.length) : a)),
  textWith("rtrimstr", (a, b) => (b !== "" && a.endsWith(b) ? a.slice(0, -b.length) : a)),
  textWith("trimstr", (a, b) => {
    const start = a.startsWith(b) ? a.slice(b.length) : a;
    return b !== "" && start.endsWith(b) ? start.slice(0, -b.length) : start;
  }),
  text("ltrim", (a) => a.trimStart()),
  text("rtrim", (a) => a.trimEnd()),
  text("trim", (a) => a.trim()),
  text("explode", (a) => [...a].map((character) => character.codePointAt(0) ?? 0)),
  text("ascii_downcase", (a) => a.replace(/[A-Z]/g, (letter) => letter.toLowerCase())),
  text("ascii_upcase", (a) => a.replace(/[a-z]/g, (letter) => letter.toUpperCase())),
  ["implode/0", (_run, value) => implode(value)],
  ["split/1", (_run, value, [separator = null]) => splitText(textOf("split", value), textOf("split", separator))],
  ["join/1", (run, value, [separator = null]) => join(run, value, separator)],
  [
    "format/1",
    (_run, value, [name = null]) => {
      if (typeof name !== "string") throw cannot("format", name);
      if (!formats.has(name)) throw new JqError(`format not defined: @${name}`);
      return formatText(name, value);
    },
  ],
  ["flatten/0", (_run, value) => flatten(elements("flatten", value), Number.POSITIVE_INFINITY)],
  [
    "flatten/1",
    (_run, value, [depth = null]) => {
      const list = elements("flatten", value);
      if (!isNumber(depth)) throw cannot("flatten", depth);
      if (Number(depth) < 0) throw new JqError(`flatten depth should not be negative: ${preview(depth)}`);
      return flatten(list, Number(depth));
    },
  ],
  ["min/0", (_run, value) => extreme(listOf("min", value), listOf("min", value), -1)],
  ["max/0", (_run, value) => extreme(listOf("max", value), listOf("max", value), 1)],
  ["_min_by/1", (_run, value, [keys = null]) => extreme(listOf("min_by", value), listOf("min_by", keys), -1)],
  ["_max_by/1", (_run, value, [keys = null]) => extreme(listOf("max_by", value), listOf("max_by", keys), 1)],
  ["sort/0", (_run, value) => sorted("sort", value, value).map(({ item }) => item)],
  ["_sort_by/1", (_run, value, [keys = null]) => sorted("sort_by", value, keys).map(({ item }) => item)],
  ["_group_by/1", (_run, value, [keys = null]) => groups(sorted("group_by", value, keys))],
  ["unique/0", (_run, value) => groups(sorted("unique", value, value)).map((group) => group[0] as Value)],
  ["_unique_by/1", (_run, value, [keys = null]) => groups(sorted("unique_by", value, keys)).map((group) => group[0] as Value)],
  ["transpose/0", (_run, value) => transpose(value)],
  ["bsearch/1", (_run, value, [wanted = null]) => binarySearch(value, wanted)],
  ["gmtime/0", (_run, value) => gmtime(value)],
  // The comparison must not depend on where it runs: local time is UTC here.
  ["localtime/0", (_run, value) => gmtime(value)],
  ["mktime/0", (_run, value) => mktime(value)],
  ["strftime/1", (_run, value, [format = null]) => strftime("strftime", value, format)],
  ["strflocaltime/1", (_run, value, [format = null]) => strftime("strflocaltime", value, format)],
  ["strptime/1", (_run, value, [format = null]) => strptime(value, format)],
  // Nor on when: `now` is not to be had, as nothing in this layer knows the time.
  [
    "now/0",
    () => {
      throw new JqError("now/0 is not allowed");
    },
  ],
  ["_match/2", (_run, value, [pattern = null, flags = null]) => matchAll(value, pattern, flags)],
  ["_test/2", (_run, value, [pattern = null, flags = null]) => testPattern(value, pattern, flags)],
  ["_captures/0", (_run, value) => captures(value)],
  ["infinite/0", () => Number.POSITIVE_INFINITY],
  ["nan/0", () => Number.NaN],
  ["isnan/0", (_run, value) => value !== null && numeric("isnan", value, Number.isNaN)],
  ["isinfinite/0", (_run, value) => isNumber(value) && Math.abs(Number(value)) === Number.POSITIVE_INFINITY],
  ["isfinite/0", (_run, value) => numeric("isfinite", value, (x) => Math.abs(x) !== Number.POSITIVE_INFINITY)],
  ["isnormal/0", (_run, value) => isNumber(value) && Number.isFinite(Number(value)) && Math.abs(Number(value)) >= 2 ** -1022],
  ["builtins/0", () => []],
  ...mathFunctions,
]);

function numeric(name: string, value: Value, check: (value: number) => boolean): boolean {
  if (!isNumber(value)) throw cannot(name, value);
  return check(Number(value));
}

function length(value: Value): Value {
  if (value === null) return 0;
  if (isNumber(value)) return magnitude(value);
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw cannot("length", value);
}

function magnitude(value: number | bigint): number | bigint {
  if (typeof value === "bigint") return value < 0n ? -value : value;
  return Math.abs(value);
}

function utf8Length(value: string): number {
  let count = 0;
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return count;
}

function has(value: Value, key: Value): boolean {
  if (value === null) return false;
  if (Array.isArray(value) && isNumber(key)) {
    const index = toInteger(key);
    return index >= 0 && index < value.length;
  }
  if (isObject(value) && typeof key === "string") return Object.hasOwn(value, key);
  throw cannotWith("has", value, key);
}

function fromJson(value: Value): Value {
  const source = textOf("fromjson", value);
  try {
    return parseJson(source, {});
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JqError(`fromjson cannot be applied to ${preview(value)}: ${reason}`);
  }
}

function toNumber(value: Value): Value {
  if (isNumber(value)) return value;
  const source = textOf("tonumber", value);
  const found = parseNumber(source);
  if (found === undefined) throw new JqError(`tonumber cannot be applied to ${preview(value)}: invalid number`);
  return found;
}

function toBoolean(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  if (typeof value === "string") throw new JqError(`toboolean cannot be applied to ${preview(value)}: invalid boolean`);
  throw cannot("toboolean", value);
}

function contains(value: Value, part: Value): boolean {
  if (typeof value === "string" && typeof part === "string") return value.includes(part);
  if (Array.isArray(value) && Array.isArray(part)) {
    return part.every((wanted: Value) => value.some((item: Value) => containsSafely(item, wanted)));
  }
  if (isObject(value) && isObject(part)) {
    return Object.keys(part).every((key) => Object.hasOwn(value, key) && containsSafely(value[key] as Value, part[key] as Value));
  }
  if (typeName(value) !== typeName(part)) throw cannotWith("contains", value, part);
  return compareValues(value, part) === 0;
}

function containsSafely(value: Value, part: Value): boolean {
  return typeName(value) === typeName(part) && contains(value, part);
}

function indices(name: string, value: Value, wanted: Value): Value {
  if (value === null) return null;
  if (Array.isArray(value)) return indicesOf(value, Array.isArray(wanted) ? wanted : [wanted]);
  if (typeof value !== "string" || typeof wanted !== "string") throw cannotWith(name, value, wanted);
  return indicesOf([...value], [...wanted]);
}

function first(found: Value): Value {
  return Array.isArray(found) ? ((found[0] as Value | undefined) ?? null) : found;
}

function last(found: Value): Value {
  return Array.isArray(found) ? ((found.at(-1) as Value | undefined) ?? null) : found;
}

function implode(value: Value): string {
  const list = listOf("implode", value);
  return list
    .map((code) => {
      if (!isNumber(code)) throw cannot("implode", value);
      const point = toInteger(code);
      const isValid = point >= 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
      return isValid ? String.fromCodePoint(point) : "\ufffd";
    })
    .join("");
}

function join(run: Run, value: Value, separator: Value): Value {
  if (!Array.isArray(value) && !isObject(value)) throw cannotWith("join", value, separator);
  const list = elements("join", value);
  let joined: Value = list.length === 0 ? "" : null;
  for (const [index, item] of list.entries()) {
    joined = arithmetic("+", joined, index === 0 ? "" : separator, run);
    const part = typeof item === "boolean" || isNumber(item) ? jsonText(item) : item;
    joined = arithmetic("+", joined, part, run);
  }
  return joined;
}

function flatten(list: readonly Value[], depth: number): Value[] {
  return list.flatMap((item) => (Array.isArray(item) && depth >= 1 ? flatten(item, depth - 1) : [item]));
}

function extreme(list: readonly Value[], keys: readonly Value[], sign: -1 | 1): Value {
  if (list.length === 0) return null;
  let best = 0;
  for (let index = 1; index < list.length; index++) {
    const found = compareValues(keys[best] as Value, keys[index] as Value);
    if (sign < 0 ? found > 0 : found <= 0) best = index;
  }
  return list[best] as Value;
}

interface Keyed {
  readonly item: Value;
  readonly key: Value;
}

function sorted(name: string, value: Value, keys: Value): Keyed[] {
  const list = listOf(name, value);
  const keyList = listOf(name, keys);
  return list.map((item, index) => ({ item, key: keyList[index] as Value })).sort((a, b) => compareValues(a.key, b.key));
}

function groups(keyed: readonly Keyed[]): Value[][] {
  const found: Value[][] = [];
  let before: Keyed | undefined;
  for (const one of keyed) {
    if (before && compareValues(before.key, one.key) === 0) found.at(-1)?.push(one.item);
    else found.push([one.item]);
    before = one;
  }
  return found;
}

function transpose(value: Value): Value {
  const rows = listOf("transpose", value);
  if (!rows.every((row) => Array.isArray(row))) throw cannot("transpose", value);
  const lists = rows as readonly (readonly Value[])[];
  const width = Math.max(0, ...lists.map((row) => row.length));
  return Array.from({ length: width }, (_, column) => lists.map((row) => row[column] ?? null));
}

function binarySearch(value: Value, wanted: Value): Value {
  if (!Array.isArray(value)) throw cannotWith("bsearch", value, wanted);
  let [low, high] = [0, value.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareValues(value[middle] as Value, wanted) >= 0) high = middle;
    else low = middle + 1;
  }
  return low < value.length && compareValues(value[low] as Value, wanted) === 0 ? low : -low - 1;
}

function captures(value: Value): Value {
  if (!Array.isArray(value) && !isObject(value)) throw new JqError(`expected an array but got: ${described(value)}`);
  const list: readonly Value[] = Array.isArray(value)
    ? value
    : Array.isArray((value as ValueObject)["captures"])
      ? ((value as ValueObject)["captures"] as readonly Value[])
      : [];
  const named: { [key: string]: Value } = {};
  for (const capture of list) {
    if (isObject(capture) && typeof capture["name"] === "string") named[capture["name"]] = capture["string"] as Value;
  }
  return named;
}
