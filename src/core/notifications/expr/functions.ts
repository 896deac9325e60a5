import { isObject } from "../../manifest/value.js";
import { expressionError } from "./lexer.js";
import { ExprDuration, ExprTime } from "./time.js";

type Each = (element: unknown, index: number) => unknown;

interface Builtin {
  readonly takesPredicate: boolean;
  readonly call: (args: readonly unknown[], at: number) => unknown;
}

const plain = (call: Builtin["call"]): Builtin => ({ takesPredicate: false, call });
const overList = (call: (list: readonly unknown[], each: Each) => unknown): Builtin => ({
  takesPredicate: true,
  call: ([list, each], at) => {
    if (!Array.isArray(list)) throw expressionError("a list is wanted here", at);
    return call(list, typeof each === "function" ? (each as Each) : (element) => element);
  },
});
const onText = (call: (text: string, ...rest: readonly string[]) => unknown): Builtin =>
  plain((args, at) => {
    if (args.some((arg) => typeof arg !== "string")) throw expressionError("a string is wanted here", at);
    const [first = "", ...rest] = args as readonly string[];
    return call(first, ...rest);
  });
const onNumber = (call: (...numbers: readonly number[]) => number): Builtin =>
  plain((args, at) => {
    const numbers = args.flat();
    if (numbers.some((arg) => typeof arg !== "number")) throw expressionError("a number is wanted here", at);
    return call(...(numbers as readonly number[]));
  });

/** Functions of expr-lang. */
export const builtins: Readonly<Record<string, Builtin>> = {
  all: overList((list, each) => list.every((item, index) => each(item, index) === true)),
  any: overList((list, each) => list.some((item, index) => each(item, index) === true)),
  none: overList((list, each) => !list.some((item, index) => each(item, index) === true)),
  one: overList((list, each) => list.filter((item, index) => each(item, index) === true).length === 1),
  filter: overList((list, each) => list.filter((item, index) => each(item, index) === true)),
  map: overList((list, each) => list.map((item, index) => each(item, index))),
  find: overList((list, each) => list.find((item, index) => each(item, index) === true) ?? null),
  findIndex: overList((list, each) => list.findIndex((item, index) => each(item, index) === true)),
  count: overList((list, each) => list.filter((item, index) => each(item, index) === true).length),
  sum: overList((list, each) => list.reduce<number>((total, item, index) => total + Number(each(item, index)), 0)),
  len: plain(([value], at) => {
    if (typeof value === "string") return [...value].length;
    if (Array.isArray(value)) return value.length;
    if (isObject(value)) return Object.keys(value).length;
    throw expressionError("invalid argument for len", at);
  }),
  first: plain(([list]) => (Array.isArray(list) ? (list[0] ?? null) : null)),
  last: plain(([list]) => (Array.isArray(list) ? (list.at(-1) ?? null) : null)),
  keys: plain(([value]) => (isObject(value) ? Object.keys(value) : [])),
  values: plain(([value]) => (isObject(value) ? Object.values(value) : [])),
  get: plain(([value, key]) => {
    if (Array.isArray(value)) return (value as readonly unknown[])[Number(key)] ?? null;
    return isObject(value) && Object.hasOwn(value, String(key)) ? value[String(key)] : null;
  }),
  join: plain(([list, glue = ""]) => (Array.isArray(list) ? list.join(String(glue)) : "")),
  trim: plain(([text, chars]) => trimmed(String(text), chars === undefined ? undefined : String(chars))),
  trimPrefix: onText((text, prefix = "") => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trimSuffix: onText((text, suffix = "") => (suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text)),
  upper: onText((text) => text.toUpperCase()),
  lower: onText((text) => text.toLowerCase()),
  split: onText((text, by = "") => text.split(by)),
  replace: onText((text, from = "", to = "") => text.replaceAll(from, to)),
  hasPrefix: onText((text, prefix = "") => text.startsWith(prefix)),
  hasSuffix: onText((text, suffix = "") => text.endsWith(suffix)),
  indexOf: onText((text, part = "") => text.indexOf(part)),
  int: plain(([value]) => Math.trunc(Number(value))),
  float: plain(([value]) => Number(value)),
  string: plain(([value]) => (isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value))),
  abs: onNumber((value = 0) => Math.abs(value)),
  ceil: onNumber((value = 0) => Math.ceil(value)),
  floor: onNumber((value = 0) => Math.floor(value)),
  round: onNumber((value = 0) => Math.round(value)),
  max: onNumber((...numbers) => Math.max(...numbers)),
  min: onNumber((...numbers) => Math.min(...numbers)),
  type: plain(([value]) => (value === null || value === undefined ? "nil" : Array.isArray(value) ? "array" : typeof value)),
  date: plain(([text], at) => parseTime(String(text), at)),
  duration: plain(([text], at) => parseDuration(String(text), at)),
};

function trimmed(text: string, chars: string | undefined): string {
  if (chars === undefined) return text.trim();
  let [from, to] = [0, text.length];
  while (from < to && chars.includes(text[from]!)) from++;
  while (to > from && chars.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}

export function parseTime(text: string, at = 0): ExprTime {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw expressionError(`${JSON.stringify(text)} is no time`, at);
  return new ExprTime(ms);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function parseDuration(text: string, at: number): ExprDuration {
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join("") !== text || parts.length === 0)
    throw expressionError(`${JSON.stringify(text)} is no duration`, at);
  return new ExprDuration(parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0));
}
