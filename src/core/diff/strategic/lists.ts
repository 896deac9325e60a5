import { valuesEqual } from "../../manifest/equal.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { elementKind, StrategicMergeError } from "./error.js";

/** The one kind that all elements of the lists have; lists of lists and mixed lists cannot be merged. */
export function elementKindOf(...lists: readonly (readonly Value[])[]): "map" | "scalar" {
  let first: string | undefined;
  for (const list of lists) {
    for (const item of list) {
      const kind = elementKind(item);
      if (kind === "slice") throw new StrategicMergeError("lists of lists are not supported");
      if (first !== undefined && first !== kind) throw new StrategicMergeError("list element types are not identical");
      first = kind;
    }
  }
  if (first === undefined) throw new StrategicMergeError("no elements in any of the given slices");
  return first === "map" ? "map" : "scalar";
}

/** The merge key's value of an element; throws where it is missing. */
export function mergeKeyValue(item: Value, mergeKey: string): Value {
  if (!isObject(item)) throw new StrategicMergeError("an element of a merging list is not a map");
  if (!Object.hasOwn(item, mergeKey)) {
    throw new StrategicMergeError(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return item[mergeKey] as Value;
}

export function findByKey(list: readonly Value[], mergeKey: string, value: Value): number {
  return list.findIndex((item) => isObject(item) && Object.hasOwn(item, mergeKey) && valuesEqual(item[mergeKey], value));
}

/** Go's %v of a scalar: what sorts and matches elements. */
export function scalarText(value: Value | undefined): string {
  return value === null || value === undefined ? "<nil>" : String(value);
}

/**
 * Sorts as Go's sort does for the short lists of manifests (insertion), with a comparison that calls equals "less":
 * elements of one key end up in reverse order, which decides what is merged with what.
 */
export function sortedByText<T>(list: readonly T[], textOf: (item: T) => string): T[] {
  const items = list.map((item) => ({ item, text: textOf(item) }));
  insertionSort(items, (a, b) => a.text <= b.text);
  return items.map(({ item }) => item);
}

/** Elements in the order of `order`; deletions come last; unknown ones move to the front, as Go's stable sort leaves them. */
export function sortedByOrder(
  list: readonly Value[],
  order: readonly Value[],
  mergeKey: string,
  kind: "map" | "scalar",
): Value[] {
  if (kind === "scalar") return orderBy(list, (item) => order.findIndex((one) => valuesEqual(one, item)));
  for (const item of [...list, ...order]) mergeKeyValue(item, mergeKey);
  const deletions = list.filter(isDeletion);
  const kept = list.filter((item) => !isDeletion(item));
  return [...orderBy(kept, (item) => findByKey(order, mergeKey, mergeKeyValue(item, mergeKey))), ...deletions];
}

function orderBy(list: readonly Value[], indexOf: (item: Value) => number): Value[] {
  const items = list.map((item) => ({ item, index: indexOf(item) }));
  insertionSort(items, (a, b) => (a.index >= 0 && b.index >= 0 ? a.index < b.index : true));
  return items.map(({ item }) => item);
}

function insertionSort<T>(items: T[], isLess: (a: T, b: T) => boolean): void {
  for (let index = 1; index < items.length; index++) {
    for (let at = index; at > 0; at--) {
      const [left, right] = [items[at - 1] as T, items[at] as T];
      if (!isLess(right, left)) break;
      items[at - 1] = right;
      items[at] = left;
    }
  }
}

export function isDeletion(item: Value): boolean {
  return isObject(item) && item["$patch"] === "delete";
}

/** Go's own way to drop repetitions: the last element takes the place of each. */
export function withoutRepetitions(list: readonly Value[]): Value[] {
  const items = [...list];
  for (let index = 0; index < items.length - 1; index++) {
    for (let other = index + 1; other < items.length; other++) {
      if (!valuesEqual(items[index], items[other])) continue;
      items[other] = items.at(-1) as Value;
      items.pop();
      other--;
    }
  }
  return items;
}

/**
 * Patch items in the order of the patch, with the items that only the server has in between, where the server's order
 * puts them.
 */
export function mergeOrders(
  patchItems: readonly Value[],
  serverOnly: readonly Value[],
  orders: { readonly patch: readonly Value[]; readonly server: readonly Value[] },
  element: { readonly mergeKey: string; readonly kind: "map" | "scalar" },
): Value[] {
  const { mergeKey, kind } = element;
  const right = sortedByOrder(patchItems, orders.patch, mergeKey, kind);
  const left = sortedByOrder(serverOnly, orders.server, mergeKey, kind);
  const place = (item: Value) =>
    kind === "map"
      ? orders.server.findIndex((one) => valuesEqual((one as ValueObject)[mergeKey], (item as ValueObject)[mergeKey]))
      : orders.server.findIndex((one) => valuesEqual(one, item));
  const merged: Value[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i >= left.length) merged.push(right[j++] as Value);
    else if (j >= right.length) merged.push(left[i++] as Value);
    else {
      const [a, b] = [place(left[i] as Value), place(right[j] as Value)];
      merged.push((a >= 0 && b >= 0 && a < b ? left[i++] : right[j++]) as Value);
    }
  }
  return merged;
}
