import { functionError } from "../errors.js";
import { type FunctionContext, type FunctionTable, fn } from "../function.js";
import { deepEqual } from "../value/compare.js";
import { types } from "../value/type.js";
import { GoBytes, GoList, type GoValue, typeOf } from "../value/value.js";
import { isEmpty, itemsOf, nilDereference, requireItems, toInt64 } from "./convert.js";

const list = (items: readonly GoValue[]) => new GoList(items);
const nilList = new GoList([], types.list, true);

/** Of what grows by one item a call; `concat` may double a list again and again, and pays for each item. */
const itemsCopiedInAStep = 4;

const push = fn("any any", function (items, item) {
  return list([...copied(this, requireItems(items, "Cannot push on type")), item]);
});
const prepend = fn("any any", function (items, item) {
  return list([item, ...copied(this, requireItems(items, "Cannot prepend on type"))]);
});
const first = fn("any", (items) => requireItems(items, "Cannot find first on type")[0] ?? null);
const last = fn("any", (items) => requireItems(items, "Cannot find last on type").at(-1) ?? null);
const rest = fn("any", (items) => tail(requireItems(items, "Cannot find rest on type"), 1));
const initial = fn("any", (items) => {
  const found = requireItems(items, "Cannot find initial on type");
  return found.length === 0 ? nilList : list(found.slice(0, -1));
});
const reverse = fn("any", (items) => list([...requireItems(items, "Cannot find reverse on type")].reverse()));
const compact = fn("any", (items) => list(requireItems(items, "Cannot compact on type").filter((item) => !isEmpty(item))));
const uniq = fn("any", function (items) {
  const found: GoValue[] = [];
  for (const item of requireItems(items, "Cannot find uniq on type")) {
    this.spend(found.length);
    if (!found.some((known) => deepEqual(item, known))) found.push(item);
  }
  return list(found);
});
const without = fn("any ...any", function (items, ...omitted) {
  const found = requireItems(items, "Cannot find without on type");
  this.spend(found.length * omitted.length);
  return list(found.filter((item) => !omitted.some((other) => deepEqual(other, item))));
});
const has = fn("any any", (needle, haystack) => {
  if (haystack === null || haystack === undefined) return false;
  return requireItems(haystack, "Cannot find has on type").some((item) => deepEqual(needle, item));
});
const slice = fn("any ...any", (items, ...indices) => sliced(items, indices));
const chunk = fn("int any", (size, items) => chunked(size, requireItems(items, "Cannot chunk type")));

/** sprig's list functions. Lists are never changed: every function gives a new one. */
export const listFunctions: FunctionTable = {
  list: fn("...any", (...items) => list(items)),
  tuple: fn("...any", (...items) => list(items)),
  append: push,
  push,
  mustAppend: push,
  mustPush: push,
  prepend,
  mustPrepend: prepend,
  first,
  mustFirst: first,
  last,
  mustLast: last,
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  reverse,
  mustReverse: reverse,
  compact,
  mustCompact: compact,
  uniq,
  mustUniq: uniq,
  without,
  mustWithout: without,
  has,
  mustHas: has,
  slice,
  mustSlice: slice,
  chunk,
  mustChunk: chunk,
  concat: fn("...any", function (...lists) {
    const items = lists.flatMap((item) => {
      if (item === null || item === undefined) throw nilDereference();
      const found = itemsOf(item);
      if (found === undefined) throw functionError(`Cannot concat type ${typeOf(item).kind} as list`);
      this.spend(found.length);
      return found;
    });
    return items.length === 0 ? nilList : list(items);
  }),
};

function copied(context: FunctionContext, items: readonly GoValue[]): readonly GoValue[] {
  context.spend(Math.ceil(items.length / itemsCopiedInAStep));
  return items;
}

function tail(items: readonly GoValue[], from: number): GoList {
  return items.length === 0 ? nilList : list(items.slice(from));
}

function sliced(value: GoValue, indices: readonly GoValue[]): GoValue {
  const items = itemsOf(value);
  if (items === undefined) {
    if (value === null || value === undefined) throw nilDereference();
    throw functionError(`list should be type of slice or array but ${typeOf(value).kind}`);
  }
  if (items.length === 0) return null;
  const start = indices.length > 0 ? Number(toInt64(indices[0])) : 0;
  const end = indices.length > 1 ? Number(toInt64(indices[1])) : items.length;
  if (start < 0 || end < start || end > items.length) throw functionError("reflect.Value.Slice: slice index out of bounds");
  if (value instanceof GoBytes) return new GoBytes(value.bytes.subarray(start, end));
  return new GoList(items.slice(start, end), typeOf(value));
}

function chunked(size: number, items: readonly GoValue[]): GoList {
  const count = Math.floor((items.length - 1) / size) + 1;
  if (count === 0) return new GoList([], types.lists);
  if (!Number.isFinite(count) || size <= 0) throw functionError("runtime error: makeslice: len out of range");
  const chunks = Array.from({ length: count }, (_, index) => list(items.slice(index * size, (index + 1) * size)));
  return new GoList(chunks, types.lists);
}
