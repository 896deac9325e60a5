import { isObject, type Value } from "../value.js";
import type { ListAtom } from "./atom.js";
import { keyElement, type PathElement, valueElement } from "./path-element.js";

/** The path element of an item, or why it has none. */
export function itemElement(list: ListAtom, item: Value): { readonly element: PathElement } | { readonly problem: string } {
  return list.keys.length > 0 ? keyedItem(list, item) : setItem(item);
}

function keyedItem(list: ListAtom, item: Value): ReturnType<typeof itemElement> {
  if (item === null) return { problem: "associative list with keys may not have a null element" };
  if (!isObject(item)) return { problem: "associative list with keys may not have non-map elements" };
  const keys: { [name: string]: Value } = {};
  for (const name of list.keys) {
    const value = Object.hasOwn(item, name) ? item[name] : list.element().map?.defaultOf(name);
    if (value !== undefined) keys[name] = value;
  }
  if (Object.keys(keys).length === 0) {
    const names = `[${list.keys.map((key) => JSON.stringify(key)).join(" ")}]`;
    return {
      problem: `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
    };
  }
  return { element: keyElement(keys) };
}

function setItem(item: Value): ReturnType<typeof itemElement> {
  if (item === null) return { problem: "associative list without keys has an element that's an explicit null" };
  if (Array.isArray(item)) return { problem: "not supported: associative list with lists as elements" };
  if (typeof item === "object") return { problem: "associative list without keys has an element that's a map type" };
  return { element: valueElement(item) };
}

/** The elements of the items that have one, in order. */
export function itemElements(list: ListAtom, items: readonly Value[]): { readonly element: PathElement; readonly item: Value }[] {
  const found: { element: PathElement; item: Value }[] = [];
  for (const item of items) {
    const result = itemElement(list, item);
    if ("element" in result) found.push({ element: result.element, item });
  }
  return found;
}
