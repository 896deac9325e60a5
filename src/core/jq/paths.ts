import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { compareValues } from "./compare.js";
import { described, JqError } from "./errors.js";
import { isNumber } from "./numbers.js";
import { preview } from "./text.js";

/** Stands for "delete this" while several deletions are carried out; positions stay until the end. */
const removed = Symbol("removed");
type Draft = Value | typeof removed;

/** `value[key]` by jq's rules. */
export function indexValue(value: Value, key: Value): Value {
  if (typeof key === "string") {
    if (value === null) return null;
    if (!isObject(value)) throw new JqError(`expected an object but got: ${described(value)}`);
    return Object.hasOwn(value, key) ? (value[key] as Value) : null;
  }
  if (isNumber(key)) {
    if (value === null) return null;
    if (Array.isArray(value)) return value[position(toInteger(key), value.length)] ?? null;
    if (typeof value !== "string") throw new JqError(`expected an array but got: ${described(value)}`);
    const characters = [...value];
    return characters[position(toInteger(key), characters.length)] ?? null;
  }
  if (Array.isArray(key)) {
    if (value === null) return null;
    if (!Array.isArray(value)) throw new JqError(`expected an array but got: ${described(value)}`);
    return indicesOf(value, key);
  }
  if (isObject(key)) {
    if (value === null) return null;
    const { start, end } = bounds(key);
    return sliceValue(value, start, end);
  }
  if (Array.isArray(value)) throw new JqError(`expected a number for indexing an array but got: ${described(key)}`);
  if (typeof value === "string") throw new JqError(`expected a number for indexing a string but got: ${described(key)}`);
  throw new JqError(`expected a string for object key but got: ${described(key)}`);
}

export function sliceValue(value: Value, from: Value, to: Value): Value {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const [start, end] = range(from, to, value.length, "an array");
    return value.slice(start, end);
  }
  if (typeof value !== "string") throw new JqError(`expected an array but got: ${described(value)}`);
  const characters = [...value];
  const [start, end] = range(from, to, characters.length, "a string");
  return characters.slice(start, end).join("");
}

export function indicesOf(list: readonly Value[], wanted: readonly Value[]): Value[] {
  if (wanted.length === 0) return [];
  const found: Value[] = [];
  for (let at = 0; at + wanted.length <= list.length; at++) {
    if (wanted.every((item, offset) => compareValues(list[at + offset] as Value, item) === 0)) found.push(at);
  }
  return found;
}

export function getPath(value: Value, path: Value): Value {
  const fail = (reason = "") => {
    const subject = reason === "" ? `: ${described(value)}` : ` ${preview(value)}: ${reason}`;
    return new JqError(`getpath(${preview(path)}) cannot be applied to${subject}`);
  };
  if (!Array.isArray(path)) throw fail();
  let found = value;
  for (const key of path) {
    if (found !== null && typeof found !== "object") throw fail();
    try {
      found = indexValue(found, key);
    } catch (error) {
      throw error instanceof JqError ? fail(error.message) : error;
    }
  }
  return found;
}

export function setPath(value: Value, path: readonly Value[], replacement: Value): Value {
  return update(value, path, 0, () => replacement) as Value;
}

export function updatePath(value: Value, path: readonly Value[], change: (before: Value) => Value): Value {
  return update(value, path, 0, (before) => change(before as Value)) as Value;
}

/** Deletes all paths at once: no deletion moves what another one names. */
export function deletePaths(value: Value, paths: readonly (readonly Value[])[]): Value {
  if (paths.length === 0) return value;
  let draft: Draft = value;
  const touched = new WeakSet<object>();
  for (const path of paths) draft = update(draft, path, 0, () => removed, touched);
  return draft === removed ? null : swept(draft, touched);
}

function update(
  value: Draft,
  path: readonly Value[],
  at: number,
  change: (before: Draft) => Draft,
  touched?: WeakSet<object>,
): Draft {
  if (at === path.length) return change(value);
  if (value === removed) return value;
  const key = path[at] as Value;
  const inner = (before: Draft) => update(before, path, at + 1, change, touched);
  if (typeof key === "string") {
    if (value !== null && !isObject(value)) throw new JqError(`expected an object but got: ${described(value)}`);
    const object: ValueObject = value ?? {};
    const hasKey = Object.hasOwn(object, key);
    if (!hasKey && touched) return value;
    const before = hasKey ? (object[key] as Value) : null;
    const after = inner(before);
    if (after === before && hasKey) return value;
    return touch({ ...object, [key]: after as Value }, touched);
  }
  if (isNumber(key)) {
    if (value !== null && !Array.isArray(value)) throw new JqError(`expected an array but got: ${described(value)}`);
    return updateElement(value ?? null, toInteger(key), inner, touched);
  }
  if (isObject(key)) {
    if (value !== null && !Array.isArray(value)) throw new JqError(`expected an array but got: ${described(value)}`);
    return updateSlice(value ?? null, key, inner, touched);
  }
  if (Array.isArray(value)) throw new JqError(`expected a number for indexing an array but got: ${described(key)}`);
  throw new JqError(`expected a string for object key but got: ${described(key)}`);
}

const maxIndex = 0x20000000;
const maxFill = 1_000_000;

function updateElement(
  value: readonly Value[] | null,
  index: number,
  inner: (before: Draft) => Draft,
  touched?: WeakSet<object>,
): Draft {
  const list = value ?? [];
  const at = index < 0 ? index + list.length : index;
  if (at < 0 || at >= list.length) {
    if (touched) return value;
    if (at < 0) throw new JqError(`array index should not be negative: ${index}`);
    if (index >= maxIndex || index - list.length > maxFill) throw new JqError(`array index too large: ${index}`);
  }
  const copy: Draft[] = [...list];
  while (copy.length < at) copy.push(null);
  const before = (list[at] as Value | undefined) ?? null;
  copy[at] = inner(before);
  return copy[at] === before && at < list.length ? value : touch(copy as Value[], touched);
}

function updateSlice(
  value: readonly Value[] | null,
  key: ValueObject,
  inner: (before: Draft) => Draft,
  touched?: WeakSet<object>,
): Draft {
  const list = value ?? [];
  const { start: from, end: to } = bounds(key);
  const [start, end] = range(from, to, list.length, "an array");
  if (start === end && touched) return value;
  const after = inner(list.slice(start, end));
  const head = list.slice(0, start);
  const tail = list.slice(end);
  if (after === removed)
    return touch([...head, ...list.slice(start, end).map(() => removed as unknown as Value), ...tail], touched);
  if (!Array.isArray(after)) throw new JqError(`expected an array but got: ${described(after as Value)}`);
  return touch([...head, ...after, ...tail], touched);
}

function touch<T extends object>(value: T, touched: WeakSet<object> | undefined): T {
  touched?.add(value);
  return value;
}

/** Without the marks of deletion; only what the deletions copied can hold any. */
function swept(value: Draft, touched: WeakSet<object>): Value {
  if (typeof value !== "object" || value === null || !touched.has(value)) return value as Value;
  if (Array.isArray(value)) return value.filter((item) => (item as Draft) !== removed).map((item) => swept(item, touched));
  const object = value as ValueObject;
  const kept: { [key: string]: Value } = {};
  for (const key in object) if ((object[key] as Draft) !== removed) kept[key] = swept(object[key] as Value, touched);
  return kept;
}

function bounds(key: ValueObject): { readonly start: Value; readonly end: Value } {
  const { start, end } = key;
  if (start === undefined || end === undefined) {
    throw new JqError(`expected "start" and "end" for slicing but got: ${described(key)}`);
  }
  return { start, end };
}

function range(from: Value, to: Value, length: number, of: string): [number, number] {
  const integer = (value: Value, round: (value: number) => number) => {
    if (!isNumber(value)) throw new JqError(`expected a number for indexing ${of} but got: ${described(value)}`);
    return toInteger(typeof value === "number" ? round(value) : value);
  };
  const start = from === null ? 0 : clamp(integer(from, Math.trunc), 0, length);
  const end = to === null ? length : clamp(integer(to, Math.ceil), start, length);
  return [start, end];
}

function clamp(index: number, minimum: number, length: number): number {
  const at = index < 0 ? index + length : index;
  return Math.min(Math.max(at, minimum), length);
}

function position(index: number, length: number): number {
  return index < 0 ? index + length : index;
}

export function toInteger(value: number | bigint): number {
  const found = Number(value);
  if (Number.isNaN(found)) return Number.MIN_SAFE_INTEGER;
  return Math.trunc(Math.max(Math.min(found, Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER));
}
