import { valuesEqual } from "../equal.js";
import { isObject, type Value } from "../value.js";
import { type Atom, deduceAtom, type ListAtom, type MapAtom } from "./atom.js";
import { FieldSet } from "./field-set.js";
import { itemElements } from "./list-items.js";
import { type FieldPath, fieldElement, type PathElement } from "./path-element.js";

/** What changed between two values of one type; no path is in two of the sets. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

export function compareTyped(before: Value, after: Value, atom: Atom): Comparison {
  const comparison = { removed: new FieldSet(), modified: new FieldSet(), added: new FieldSet() };
  compare({ before, after, atom, path: [] }, comparison);
  return comparison;
}

interface Pair {
  readonly before: Value | undefined;
  readonly after: Value | undefined;
  readonly atom: Atom;
  readonly path: FieldPath;
}

function compare(pair: Pair, into: Comparison): void {
  const { before, after, path } = pair;
  const atomBefore = deduceAtom(pair.atom, before);
  const atomAfter = deduceAtom(pair.atom, after);
  let isLeaf: boolean;
  if (after === undefined) isLeaf = handle(atomBefore, pair, into);
  else if (before === undefined || sameForm(atomBefore, atomAfter)) isLeaf = handle(atomAfter, pair, into);
  else {
    handle(atomBefore, pair, into);
    isLeaf = handle(atomAfter, pair, into);
  }
  if (isLeaf) return;
  if (before === undefined) into.added.insert(path);
  else if (after === undefined) into.removed.insert(path);
}

export function sameForm(a: Atom, b: Atom): boolean {
  return a.scalar === b.scalar && a.list === b.list && a.map === b.map;
}

/** Returns whether the pair was compared as one piece. */
function handle({ map, scalar, list }: Atom, pair: Pair, into: Comparison): boolean {
  if (map) return compareMaps(map, pair, into);
  if (scalar) return leaf(pair, into);
  return list ? compareLists(list, pair, into) : true;
}

function leaf({ before, after, path }: Pair, into: Comparison): true {
  if (before === undefined) into.added.insert(path);
  else if (after === undefined) into.removed.insert(path);
  else if (!valuesEqual(before, after)) into.modified.insert(path);
  return true;
}

function compareMaps(map: MapAtom, pair: Pair, into: Comparison): boolean {
  const before = isObject(pair.before) ? pair.before : {};
  const after = isObject(pair.after) ? pair.after : {};
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  if (map.relationship === "atomic" || names.size === 0) return leaf(pair, into);
  for (const name of names) {
    const ref = map.field(name) ?? map.element;
    if (!ref) continue;
    const own = (object: { readonly [key: string]: Value }) => (Object.hasOwn(object, name) ? object[name] : undefined);
    compare({ before: own(before), after: own(after), atom: ref(), path: [...pair.path, fieldElement(name)] }, into);
  }
  return false;
}

function compareLists(list: ListAtom, pair: Pair, into: Comparison): boolean {
  const before = Array.isArray(pair.before) ? pair.before : [];
  const after = Array.isArray(pair.after) ? pair.after : [];
  if (list.relationship === "atomic" || (before.length === 0 && after.length === 0)) return leaf(pair, into);
  const left = group(list, before);
  const right = group(list, after);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const path = [...pair.path, element];
    const [l, r] = [left.get(element) ?? [], right.get(element) ?? []];
    const one = (a: Value | undefined, b: Value | undefined) =>
      compare({ before: a, after: b, atom: list.element(), path }, into);
    if (l.length <= 1 && r.length <= 1) one(l[0], r[0]);
    else if (l.length >= 2 && r.length >= 2) {
      if (!valuesEqual(l, r)) into.modified.insert(path);
    } else if (l.length >= 2) {
      if (r.length > 0) one(undefined, r[0]);
      into.removed.insert(path);
    } else {
      if (l.length > 0) one(l[0], undefined);
      into.added.insert(path);
    }
  }
  return false;
}

/** Items by their element; equal elements keep all their items. */
function group(list: ListAtom, items: readonly Value[]): Map<PathElement, Value[]> {
  const groups = new Map<PathElement, Value[]>();
  for (const { element, item } of itemElements(list, items)) {
    const found = groups.get(element);
    if (found) found.push(item);
    else groups.set(element, [item]);
  }
  return groups;
}
