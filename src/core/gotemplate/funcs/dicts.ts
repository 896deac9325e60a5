import { functionError } from "../errors.js";
import { type FunctionTable, fn } from "../function.js";
import { compareText } from "../value/text.js";
import { GoInt, GoList, GoMap, type GoValue, strings, typeOf } from "../value/value.js";
import { isEmpty, textOf } from "./convert.js";

const merge = (overwrite: boolean) =>
  fn("map ...map", function (target, ...sources) {
    const merged = target.isNil ? new GoMap(new Map()) : target;
    for (const source of sources) mergeInto(merged, source, { overwrite, spend: (steps) => this.spend(steps), depth: 0 });
    return merged;
  });
const deepCopyFunction = fn("any", (value) => {
  if (value === null || value === undefined) throw functionError("reflect: call of reflect.Value.Type on zero Value");
  return deepCopy(value);
});

/** sprig's dictionary functions. `set`, `unset` and `merge` change their first argument, as in the original. */
export const dictFunctions: FunctionTable = {
  dict: fn("...any", (...pairs) => {
    const entries = new Map<string, GoValue>();
    for (let index = 0; index < pairs.length; index += 2) {
      entries.set(textOf(pairs[index]), index + 1 < pairs.length ? pairs[index + 1] : "");
    }
    return new GoMap(entries);
  }),
  get: fn("map string", (map, key) => (map.entries.has(key) ? map.entries.get(key) : "")),
  set: fn("map string any", (map, key, value) => {
    if (map.isNil) throw functionError("assignment to entry in nil map");
    map.entries.set(key, value);
    return map;
  }),
  unset: fn("map string", (map, key) => {
    map.entries.delete(key);
    return map;
  }),
  hasKey: fn("map string", (map, key) => map.entries.has(key)),
  pluck: fn(
    "string ...map",
    (key, ...maps) => new GoList(maps.filter((map) => map.entries.has(key)).map((map) => map.entries.get(key))),
  ),
  // Go's order is random; ours is sorted, so that the same input gives the same bytes.
  keys: fn("...map", (...maps) => strings(maps.flatMap((map) => [...map.entries.keys()].sort(compareText)))),
  values: fn("map", (map) => new GoList([...map.entries.keys()].sort(compareText).map((key) => map.entries.get(key)))),
  pick: fn("map ...string", (map, ...keys) => {
    const entries = new Map<string, GoValue>();
    for (const key of keys) if (map.entries.has(key)) entries.set(key, map.entries.get(key));
    return new GoMap(entries);
  }),
  omit: fn("map ...string", (map, ...keys) => {
    const entries = new Map(map.entries);
    for (const key of keys) entries.delete(key);
    return new GoMap(entries);
  }),
  merge: merge(false),
  mustMerge: merge(false),
  mergeOverwrite: merge(true),
  mustMergeOverwrite: merge(true),
  deepCopy: deepCopyFunction,
  mustDeepCopy: deepCopyFunction,
  dig: fn("...any", (...args) => dig(args)),
};

interface MergeOptions {
  readonly overwrite: boolean;
  readonly spend: (steps: number) => void;
  readonly depth: number;
}

const maxDepth = 500;

/** mergo: maps merge in place, other values win when the target is empty or `overwrite` is set; subtrees of the source are shared. */
function mergeInto(target: GoMap, source: GoMap, options: MergeOptions): void {
  if (options.depth > maxDepth) throw functionError("merge: maps are nested too deeply");
  const { overwrite } = options;
  for (const [key, theirs] of [...source.entries]) {
    options.spend(1);
    const exists = target.entries.has(key);
    const ours = target.entries.get(key);
    if (isNothing(theirs)) {
      if (overwrite) target.entries.set(key, theirs);
      continue;
    }
    if (theirs instanceof GoMap && ours instanceof GoMap && ours !== theirs && !ours.isNil) {
      mergeInto(ours, theirs, { ...options, depth: options.depth + 1 });
    }
    const isKept = exists && !isEmpty(ours);
    if (isKept && theirs instanceof GoList) {
      if (overwrite) target.entries.set(key, theirs);
      continue;
    }
    if (isKept && theirs instanceof GoMap && ours instanceof GoMap) continue;
    if (overwrite || !isKept) target.entries.set(key, theirs);
  }
}

function isNothing(value: GoValue): boolean {
  return value === null || value === undefined;
}

export function deepCopy(value: GoValue): GoValue {
  if (value instanceof GoMap) {
    const entries = new Map<string, GoValue>();
    value.entries.forEach((item, key) => entries.set(key, typeof item === "object" ? deepCopy(item) : item));
    return new GoMap(entries, value.type, value.isNil);
  }
  if (value instanceof GoList) return new GoList(value.items.map(deepCopy), value.type, value.isNil);
  return value;
}

function dig(args: readonly GoValue[]): GoValue {
  if (args.length < 3) throw functionError("dig needs at least three arguments");
  const fallback = args.at(-2);
  const keys = args.slice(0, -2);
  let current = asMap(args.at(-1));
  const names = keys.map((key) => {
    if (typeof key === "string") return key;
    throw conversion(key, "string");
  });
  for (const [index, name] of names.entries()) {
    if (!current.entries.has(name)) return fallback;
    const value = current.entries.get(name);
    if (index === names.length - 1) return value;
    current = asMap(value);
  }
  return fallback;
}

function asMap(value: GoValue): GoMap {
  if (value instanceof GoMap && value.type.name === "map[string]interface {}") return value;
  throw conversion(value, "map[string]interface {}");
}

/** The panic of a failed type assertion. */
export function conversion(value: GoValue, wanted: string): ReturnType<typeof functionError> {
  const actual = value === null || value === undefined ? "nil" : typeOf(value).name;
  return functionError(`interface conversion: interface {} is ${actual}, not ${wanted}`);
}

export { GoInt };
