import { isObject, type Value } from "../value.js";
import { type Atom, deduceAtom, type ListAtom, type MapAtom } from "./atom.js";
import type { FieldSet } from "./field-set.js";
import { itemElement } from "./list-items.js";
import { fieldElement } from "./path-element.js";

/** `value` without the fields and items of `set`; a map or list that loses everything becomes null. */
export function removeItems(value: Value, set: FieldSet, atom: Atom): Value {
  const { map, scalar, list } = deduceAtom(atom, value);
  if (map) return removeFromMap(value, map, set);
  if (scalar) return value;
  return list ? removeFromList(value, list, set) : null;
}

function removeFromMap(value: Value, map: MapAtom, set: FieldSet): Value {
  if (!isObject(value) || map.relationship === "atomic") return null;
  const out: { [name: string]: Value } = {};
  for (const [name, child] of Object.entries(value)) {
    const element = fieldElement(name);
    if (set.members.has(element)) continue;
    const below = set.children.get(element);
    const ref = map.field(name) ?? map.element;
    out[name] = below && ref && !below.isEmpty ? removeItems(child, below, ref()) : child;
  }
  return Object.keys(out).length > 0 ? out : null;
}

function removeFromList(value: Value, list: ListAtom, set: FieldSet): Value {
  if (!Array.isArray(value) || list.relationship === "atomic") return null;
  const out: Value[] = [];
  for (const item of value) {
    const found = itemElement(list, item);
    if (!("element" in found)) {
      out.push(item);
      continue;
    }
    if (set.members.has(found.element)) continue;
    const below = set.children.get(found.element);
    out.push(below && !below.isEmpty ? removeItems(item, below, list.element()) : item);
  }
  return out.length > 0 ? out : null;
}
