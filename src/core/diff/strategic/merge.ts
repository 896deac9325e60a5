import { valuesEqual } from "../../manifest/equal.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import type { GoType } from "../typed/go-types.js";
import { elementKind, StrategicMergeError } from "./error.js";
import { elementKindOf, findByKey, isDeletion, mergeKeyValue, mergeOrders, withoutRepetitions } from "./lists.js";
import { type PatchMeta, patchMetaOf, patchMetaOfList } from "./patch-meta.js";

const orderPrefix = "$setElementOrder";
const deletePrefix = "$deleteFromPrimitiveList";

export interface MergeOptions {
  /** applies the patch to an object; else merges one patch into another, keeping nulls and directives */
  readonly applies: boolean;
}

type Mutable = { [key: string]: Value };

/** The object with a strategic merge patch applied (Kubernetes: StrategicMergePatch). */
export function applyStrategicPatch(original: ValueObject, patch: ValueObject, type: GoType): ValueObject {
  return mergeMap(original, patch, type, { applies: true });
}

export function mergeMap(original: ValueObject, patch: ValueObject, type: GoType, options: MergeOptions): ValueObject {
  if (isEmptyPatch(patch)) return original;
  const directive = patch["$patch"];
  if (directive !== undefined) return directed(directive, patch);
  const merged: Mutable = { ...original };
  const left: Mutable = { ...patch };
  retainKeys(merged, left, options);
  mergeOrderedLists(merged, left, type, options);
  for (const patchKey in left) {
    const value = left[patchKey] as Value;
    const isDeleteList = patchKey.startsWith(deletePrefix);
    if (isDeleteList && !options.applies) {
      merged[patchKey] = value;
      continue;
    }
    const key = isDeleteList ? patchKey.slice(deletePrefix.length + 1) : patchKey;
    if (value === null) {
      delete merged[key];
      if (options.applies) continue;
    }
    if (!Object.hasOwn(merged, key) || elementKind(merged[key]) !== elementKind(value)) {
      if (isDeleteList) continue;
      const kept = withoutDirectives(options.applies ? withoutNulls(value) : value);
      if (kept === undefined) delete merged[key];
      else merged[key] = kept;
      continue;
    }
    merged[key] = mergeValue(key, { before: merged[key] as Value, value, type, options, isDeleteList });
  }
  return merged;
}

function isEmptyPatch(patch: ValueObject): boolean {
  for (const _ in patch) return false;
  return true;
}

function directed(directive: Value, patch: ValueObject): ValueObject {
  if (directive === "delete") return {};
  if (directive !== "replace") throw new StrategicMergeError(`unknown patch type found: ${JSON.stringify(directive)}`);
  const { $patch: _, ...rest } = patch;
  return rest;
}

function retainKeys(merged: Mutable, patch: Mutable, options: MergeOptions): void {
  const keys = patch["$retainKeys"];
  if (keys === undefined) return;
  delete patch["$retainKeys"];
  if (!options.applies) {
    if (merged["$retainKeys"] !== undefined && !valuesEqual(merged["$retainKeys"], keys)) {
      throw new StrategicMergeError("$retainKeys lists of the two patches differ");
    }
    merged["$retainKeys"] = keys;
    return;
  }
  if (!Array.isArray(keys)) throw new StrategicMergeError("invalid patch format of retainKeys");
  for (const key in patch) {
    if (patch[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue;
    if (!keys.includes(key)) throw new StrategicMergeError("invalid patch format of retainKeys");
  }
  for (const key of Object.keys(merged)) if (!keys.includes(key)) delete merged[key];
}

/** Lists that come with `$setElementOrder`: merged here, then put in that order. */
function mergeOrderedLists(merged: Mutable, patch: Mutable, type: GoType, options: MergeOptions): void {
  for (const orderKey of Object.keys(patch)) {
    if (!orderKey.startsWith(orderPrefix)) continue;
    const order = patch[orderKey] as Value;
    delete patch[orderKey];
    if (!Array.isArray(order)) throw new StrategicMergeError("invalid patch format of setElementOrder list");
    if (!options.applies) {
      if (merged[orderKey] !== undefined && !valuesEqual(merged[orderKey], order)) {
        throw new StrategicMergeError("invalid patch format of setElementOrder list");
      }
      merged[orderKey] = order;
    }
    const key = orderKey.slice(orderPrefix.length + 1);
    const before = optionalList(merged, key);
    const change = optionalList(patch, key);
    const meta = patchMetaOfList(type, key);
    checkOrder(change ?? [], order, meta.mergeKey);
    const list = orderedContent(key, { before, change, meta, options });
    if (list === undefined) continue;
    const [patchItems, serverOnly] = partition(list, order, meta.mergeKey);
    const kind = elementKindOf(before ?? [], change ?? []);
    merged[key] = mergeOrders(patchItems, serverOnly, { patch: order, server: before ?? [] }, { mergeKey: meta.mergeKey, kind });
    delete patch[key];
  }
}

function orderedContent(
  _key: string,
  lists: {
    readonly before: readonly Value[] | undefined;
    readonly change: readonly Value[] | undefined;
    readonly meta: PatchMeta;
    readonly options: MergeOptions;
  },
): readonly Value[] | undefined {
  const { before, change, meta, options } = lists;
  if (!before && !change) return undefined;
  if (!change) return before;
  if (!before) return listWithoutDirectives(change);
  return meta.strategy === "merge" ? mergeLists(before, change, meta, options, false) : change;
}

function optionalList(owner: ValueObject, key: string): readonly Value[] | undefined {
  if (!Object.hasOwn(owner, key)) return undefined;
  const value = owner[key];
  if (!Array.isArray(value)) throw new StrategicMergeError("expected a list");
  return value;
}

// The patch list must be a part of the order list, in the same order.
function checkOrder(patchList: readonly Value[], order: readonly Value[], mergeKey: string): void {
  if (order.length === 0 || patchList.length === 0) return;
  const items = mergeKey === "" ? patchList : patchList.filter((item) => !isDeletion(item));
  const keyOf = (item: Value) => (mergeKey === "" ? item : mergeKeyValue(item, mergeKey));
  let [i, j] = [0, 0];
  while (i < items.length && j < order.length) {
    const item = items[i] as Value;
    if (isObject(item) && Object.hasOwn(item, "$patch")) {
      i++;
      continue;
    }
    if (valuesEqual(keyOf(item), keyOf(order[j] as Value))) i++;
    j++;
  }
  if (i < items.length && j >= order.length) {
    throw new StrategicMergeError("The order in patch list doesn't match $setElementOrder list");
  }
}

function partition(list: readonly Value[], by: readonly Value[], mergeKey: string): [Value[], Value[]] {
  const inside: Value[] = [];
  const outside: Value[] = [];
  for (const item of list) {
    const isInside =
      mergeKey === "" ? by.some((one) => valuesEqual(one, item)) : findByKey(by, mergeKey, mergeKeyValue(item, mergeKey)) >= 0;
    (isInside ? inside : outside).push(item);
  }
  return [inside, outside];
}

function mergeValue(
  key: string,
  field: {
    readonly before: Value;
    readonly value: Value;
    readonly type: GoType;
    readonly options: MergeOptions;
    readonly isDeleteList: boolean;
  },
): Value {
  const { before, value, type, options } = field;
  if (isObject(before) && isObject(value)) {
    const meta = patchMetaOf(type, key);
    return meta.strategy === "replace" ? value : mergeMap(before, value, meta.type, options);
  }
  if (Array.isArray(before) && Array.isArray(value)) {
    const meta = patchMetaOfList(type, key);
    if (meta.strategy !== "merge" && !field.isDeleteList) return value;
    return mergeLists(before, value, meta, options, field.isDeleteList);
  }
  return value;
}

function mergeLists(
  before: readonly Value[],
  patch: readonly Value[],
  meta: PatchMeta,
  options: MergeOptions,
  isDeleteList: boolean,
): readonly Value[] {
  if (before.length === 0 && patch.length === 0) return before;
  const kind = elementKindOf(before, patch);
  const { mergeKey } = meta;
  if (kind === "scalar") {
    if (options.applies && isDeleteList) return before.filter((item) => !patch.some((one) => valuesEqual(one, item)));
    const merged = withoutRepetitions([...before, ...patch]);
    return inPatchOrder(merged, { patch, server: before }, mergeKey, kind);
  }
  if (mergeKey === "") throw new StrategicMergeError("cannot merge lists without merge key");
  const special = withoutSpecialElements(before, patch, mergeKey);
  const merged = [...special.before];
  for (const item of special.patch) {
    const at = findByKey(merged, mergeKey, mergeKeyValue(item, mergeKey));
    if (at < 0) merged.push(item);
    else merged[at] = mergeMap(merged[at] as ValueObject, item as ValueObject, meta.type, options);
  }
  return inPatchOrder(merged, { patch: special.patch, server: special.before }, mergeKey, kind);
}

function inPatchOrder(
  merged: readonly Value[],
  orders: { readonly patch: readonly Value[]; readonly server: readonly Value[] },
  mergeKey: string,
  kind: "map" | "scalar",
): readonly Value[] {
  const [patchItems, serverOnly] = partition(merged, orders.patch, mergeKey);
  return mergeOrders(patchItems, serverOnly, orders, { mergeKey, kind });
}

/** Elements marked with $patch: deletions are carried out, a replacement empties the list first. */
function withoutSpecialElements(
  before: readonly Value[],
  patch: readonly Value[],
  mergeKey: string,
): { readonly before: readonly Value[]; readonly patch: readonly Value[] } {
  let kept = before;
  const plain: Value[] = [];
  let isReplaced = false;
  for (const item of patch) {
    const directive = (item as ValueObject)["$patch"];
    if (directive === undefined) plain.push(item);
    else if (directive === "delete") {
      const value = mergeKeyValue(item, mergeKey);
      kept = kept.filter((one) => !(isObject(one) && valuesEqual(one[mergeKey], value)));
    } else if (directive === "replace") isReplaced = true;
    else throw new StrategicMergeError(`unknown patch type found: ${JSON.stringify(directive)}`);
  }
  return isReplaced ? { before: plain, patch: [] } : { before: kept, patch: plain };
}

/** The value without anything that is a directive; undefined where it is one itself. */
function withoutDirectives(value: Value): Value | undefined {
  if (Array.isArray(value)) return listWithoutDirectives(value);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, "$patch")) return undefined;
  const kept: Mutable = {};
  for (const key in value) {
    const found = withoutDirectives(value[key] as Value);
    if (found !== undefined) kept[key] = found;
  }
  return kept;
}

function listWithoutDirectives(list: readonly Value[]): readonly Value[] {
  const kept: Value[] = [];
  for (const item of list) {
    const found = withoutDirectives(item);
    if (found !== undefined) kept.push(found);
  }
  return kept;
}

function withoutNulls(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: Mutable = {};
  for (const key in value) {
    const item = value[key] as Value;
    if (item !== null) kept[key] = withoutNulls(item);
  }
  return kept;
}
