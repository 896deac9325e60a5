import { isObject, type Value } from "../value.js";
import { type Atom, deduceAtom, type ListAtom, type MapAtom } from "./atom.js";
import { sameForm } from "./compare.js";
import { itemElement } from "./list-items.js";
import type { PathElement } from "./path-element.js";

/** `applied` laid over `live`: leaves of `applied` win, maps and keyed lists are merged, the rest of `live` stays. */
export function mergeTyped(live: Value, applied: Value, atom: Atom): Value {
  return merge(live, applied, atom) ?? null;
}

/** Undefined when nothing comes out: an emptied map or list. */
function merge(live: Value | undefined, applied: Value | undefined, atom: Atom): Value | undefined {
  const liveAtom = deduceAtom(atom, live);
  const appliedAtom = deduceAtom(atom, applied);
  if (applied === undefined) return handle(liveAtom, live, applied);
  if (live === undefined || sameForm(liveAtom, appliedAtom)) return handle(appliedAtom, live, applied);
  // The two are of different forms, so nothing of the live one can be kept.
  return handle(appliedAtom, live, applied);
}

function handle({ map, scalar, list }: Atom, live: Value | undefined, applied: Value | undefined): Value | undefined {
  const kept = applied === undefined ? live : applied;
  if (map) return mergeMaps(map, live, applied, kept);
  if (scalar) return kept;
  return list ? mergeLists(list, live, applied, kept) : kept;
}

function mergeMaps(
  map: MapAtom,
  live: Value | undefined,
  applied: Value | undefined,
  kept: Value | undefined,
): Value | undefined {
  const left = isObject(live) ? live : {};
  const right = isObject(applied) ? applied : {};
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  if (map.relationship === "atomic" || names.size === 0) return kept;
  const out: { [name: string]: Value } = {};
  for (const name of names) {
    const ref = map.field(name) ?? map.element;
    if (!ref) continue;
    const value = merge(
      Object.hasOwn(left, name) ? left[name] : undefined,
      Object.hasOwn(right, name) ? right[name] : undefined,
      ref(),
    );
    if (value !== undefined) out[name] = value;
  }
  return Object.keys(out).length > 0 ? out : undefined;
}

interface Indexed {
  readonly elements: readonly PathElement[];
  readonly items: readonly Value[];
  readonly byElement: ReadonlyMap<PathElement, Value>;
}

function mergeLists(
  list: ListAtom,
  live: Value | undefined,
  applied: Value | undefined,
  kept: Value | undefined,
): Value | undefined {
  const left = Array.isArray(live) ? live : [];
  const right = Array.isArray(applied) ? applied : [];
  if (list.relationship === "atomic" || (left.length === 0 && right.length === 0)) return kept;
  const out = interleave(list, index(list, left), index(list, right));
  return out.length > 0 ? out : undefined;
}

/** Duplicates of the live list stand for nothing to merge with: they are null. */
function index(list: ListAtom, values: readonly Value[]): Indexed {
  const elements: PathElement[] = [];
  const items: Value[] = [];
  const byElement = new Map<PathElement, Value>();
  for (const item of values) {
    const found = itemElement(list, item);
    if (!("element" in found)) continue;
    byElement.set(found.element, byElement.has(found.element) ? null : item);
    elements.push(found.element);
    items.push(item);
  }
  return { elements, items, byElement };
}

/** structured-merge-diff: applied items keep their order, live-only items stay before the shared item they preceded. */
function interleave(list: ListAtom, live: Indexed, applied: Indexed): Value[] {
  const out: Value[] = [];
  const push = (left: Value | undefined, right: Value | undefined): void => {
    const value = merge(left, right, list.element());
    if (value !== undefined) out.push(value);
  };
  const shared = applied.elements.filter((element) => live.byElement.has(element));
  let nextShared = shared.shift();
  const merged = new Set<PathElement>();
  let l = 0;
  let r = 0;
  while (l < live.elements.length || r < applied.elements.length) {
    const left = live.elements[l];
    const right = applied.elements[r];
    if (left !== undefined && right !== undefined) {
      if (left === right) {
        merged.add(left);
        push(live.byElement.get(left), applied.byElement.get(left));
        l += 1;
        r += 1;
        nextShared = shared.shift();
        continue;
      }
      if (applied.byElement.has(left) && nextShared !== undefined && nextShared !== left) {
        l += 1;
        continue;
      }
    }
    if (left !== undefined) {
      if (!applied.byElement.has(left)) {
        push(live.items[l], undefined);
        l += 1;
        continue;
      }
      if (merged.has(left)) l += 1;
    }
    if (right !== undefined) {
      merged.add(right);
      push(live.byElement.get(right), applied.byElement.get(right));
      r += 1;
      if (nextShared === right) nextShared = shared.shift();
    }
  }
  return out;
}
