import { isObject, type Value, type ValueObject } from "../value.js";
import { type Atom, deduceAtom, type ListAtom, type MapAtom } from "./atom.js";
import { FieldSet } from "./field-set.js";
import { itemElements } from "./list-items.js";
import { type FieldPath, fieldElement, type PathElement } from "./path-element.js";

/** Every field that `value` sets: its leaves, the items of its keyed lists and the keys of its free maps. */
export function toFieldSet(value: Value, atom: Atom): FieldSet {
  const set = new FieldSet();
  visit(value, atom, [], set);
  return set;
}

function visit(value: Value, atom: Atom, path: FieldPath, set: FieldSet): void {
  const { map, scalar, list } = deduceAtom(atom, value);
  if (map) visitMap(value, map, path, set);
  else if (scalar) set.insert(path);
  else if (list) visitList(value, list, path, set);
}

function visitMap(value: Value, map: MapAtom, path: FieldPath, set: FieldSet): void {
  if (map.relationship === "atomic") return set.insert(path);
  if (!isObject(value)) return;
  for (const [name, child] of Object.entries(value)) {
    const childPath = [...path, fieldElement(name)];
    const declared = map.field(name);
    const ref = declared ?? map.element;
    if (ref) visit(child, ref(), childPath, set);
    if (!declared || child === null || isEmptyMap(child)) set.insert(childPath);
  }
}

function isEmptyMap(value: Value): boolean {
  return isObject(value) && Object.keys(value as ValueObject).length === 0;
}

function visitList(value: Value, list: ListAtom, path: FieldPath, set: FieldSet): void {
  if (list.relationship === "atomic") return set.insert(path);
  if (!Array.isArray(value)) return;
  const items = itemElements(list, value);
  const counts = new Map<PathElement, number>();
  for (const { element } of items) counts.set(element, (counts.get(element) ?? 0) + 1);
  for (const { element, item } of items) {
    const itemPath = [...path, element];
    if (counts.get(element) === 1) visit(item, list.element(), itemPath, set);
    set.insert(itemPath);
  }
}
