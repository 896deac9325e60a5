import { sameValue, writeJson } from "../api/json.js";
import { type Draft, isDraft } from "../draft.js";
import { elementsOf, emptySet, type FieldSet, isMember, nodeOf } from "./field-set.js";
import type { FieldType } from "./field-type.js";

const deduced: FieldType = { kind: "deduced" };

type Children = { [element: string]: FieldSet };

/** How a value is taken apart: by field, by list item, or not at all. */
interface Parts {
  readonly isList: boolean;
  readonly entries: ReadonlyMap<string, { readonly type: FieldType; readonly value: unknown; readonly isNamed: boolean }>;
}

/** The parts of a value that are owned separately; undefined for a scalar, an atomic value or an empty one. */
function partsOf(type: FieldType, value: unknown): Parts | undefined {
  if (isDraft(value)) {
    if (type.kind === "list" || type.kind === "scalar" || (type.kind === "map" && type.isAtomic)) return undefined;
    const keys = Object.keys(value);
    if (keys.length === 0) return undefined;
    const entries = new Map(
      keys.map((key) => {
        const own = type.kind === "map" ? type.fields.get(key) : undefined;
        const inner = own ?? (type.kind === "map" ? (type.element ?? deduced) : deduced);
        return [`f:${key}`, { type: inner, value: value[key], isNamed: own !== undefined }] as const;
      }),
    );
    return { isList: false, entries };
  }
  if (!Array.isArray(value) || type.kind !== "list" || type.relation === "atomic" || value.length === 0) return undefined;
  const entries = new Map(
    value.map((item) => [itemElement(type, item), { type: type.element, value: item, isNamed: false }] as const),
  );
  return { isList: true, entries };
}

function itemElement(type: Extract<FieldType, { kind: "list" }>, item: unknown): string {
  if (type.relation === "set") return `v:${writeJson(item)}`;
  const keys: Draft = {};
  for (const key of [...type.keys].sort()) {
    const value = isDraft(item) ? item[key] : undefined;
    // The one key with a default: a port's protocol.
    if (value !== undefined) keys[key] = value;
    else if (key === "protocol") keys[key] = "TCP";
    else if (key === "name" && type.keys.length > 1) keys[key] = "";
  }
  return `k:${writeJson(keys)}`;
}

/** All fields that a value sets. */
export function fieldsIn(type: FieldType, value: unknown): FieldSet {
  return childrenIn(type, value) ?? emptySet;
}

function childrenIn(type: FieldType, value: unknown): Children | undefined {
  const parts = partsOf(type, value);
  if (!parts) return undefined;
  const out: Children = {};
  for (const [element, part] of parts.entries) out[element] = nodeIn(part.type, part.value, parts.isList || !part.isNamed);
  return out;
}

/** Items of lists and free keys are members themselves; named fields only where nothing is below them. */
function nodeIn(type: FieldType, value: unknown, isOwnMember: boolean): FieldSet {
  const children = childrenIn(type, value);
  return (children && nodeOf(isOwnMember, children)) ?? emptySet;
}

/** A value that is new or gone as a whole: every level of it is a member. */
function allIn(type: FieldType, value: unknown): FieldSet {
  const children: Children = {};
  for (const [element, part] of partsOf(type, value)?.entries ?? []) children[element] = allIn(part.type, part.value);
  return nodeOf(true, children) ?? emptySet;
}

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What changed from `old` to `next`, field by field. */
export function compareTyped(type: FieldType, old: unknown, next: unknown): Comparison {
  const out = { added: {} as Children, modified: {} as Children, removed: {} as Children };
  compareParts(partsOf(type, old), partsOf(type, next), out);
  return out;
}

interface Changes {
  readonly added: Children;
  readonly modified: Children;
  readonly removed: Children;
}

function compareParts(before: Parts | undefined, after: Parts | undefined, out: Changes): void {
  for (const [element, part] of after?.entries ?? []) {
    const old = before?.entries.get(element);
    if (!old) {
      out.added[element] = allIn(part.type, part.value);
      continue;
    }
    if (old.value === part.value) continue;
    compareNode(element, part.type, old.value, part.value, out);
  }
  for (const [element, part] of before?.entries ?? []) {
    if (!after?.entries.has(element)) out.removed[element] = allIn(part.type, part.value);
  }
}

function compareNode(element: string, type: FieldType, old: unknown, next: unknown, out: Changes): void {
  const before = partsOf(type, old);
  const after = partsOf(type, next);
  if (!before && !after) {
    if (!sameValue(old, next)) out.modified[element] = emptySet;
    return;
  }
  const inner = { added: {} as Children, modified: {} as Children, removed: {} as Children };
  compareParts(before, after, inner);
  for (const kind of ["added", "modified", "removed"] as const) {
    const node = nodeOf(false, inner[kind]);
    if (node) out[kind][element] = node;
  }
}

/** The applied configuration merged into the live value: separately owned parts are merged, everything else replaced. */
export function mergeTyped(type: FieldType, live: unknown, applied: unknown): unknown {
  if (live === undefined || applied === null) return applied;
  if (
    isDraft(applied) &&
    isDraft(live) &&
    type.kind !== "scalar" &&
    type.kind !== "list" &&
    !(type.kind === "map" && type.isAtomic)
  ) {
    const out: Draft = { ...live };
    for (const [key, value] of Object.entries(applied)) {
      const inner = type.kind === "map" ? (type.fields.get(key) ?? type.element ?? deduced) : deduced;
      out[key] = mergeTyped(inner, live[key], value);
    }
    return out;
  }
  if (Array.isArray(applied) && Array.isArray(live) && type.kind === "list" && type.relation !== "atomic")
    return mergeLists(type, live, applied);
  return applied;
}

/** The order of the applied items holds; items that only the live list has stay where they were between them. */
function mergeLists(
  type: Extract<FieldType, { kind: "list" }>,
  live: readonly unknown[],
  applied: readonly unknown[],
): unknown[] {
  const left = live.map((item) => ({ element: itemElement(type, item), item }));
  const right = applied.map((item) => ({ element: itemElement(type, item), item }));
  const inLeft = new Map(left.map((entry) => [entry.element, entry.item]));
  const inRight = new Set(right.map((entry) => entry.element));
  const done = new Set<string>();
  const out: unknown[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const a = left[l];
    const b = right[r];
    if (a && (done.has(a.element) || !inRight.has(a.element))) {
      if (!done.has(a.element)) out.push(a.item);
      l++;
    } else if (b) {
      if (!done.has(b.element)) out.push(mergeTyped(type.element, inLeft.get(b.element), b.item));
      done.add(b.element);
      r++;
    } else l++;
  }
  return out;
}

/** The value without the members of `set`. */
export function removeFields(type: FieldType, value: unknown, set: FieldSet): unknown {
  if (isDraft(value)) {
    const out: Draft = {};
    for (const [key, item] of Object.entries(value)) {
      const node = set[`f:${key}`];
      if (node && isMember(node)) continue;
      const inner = type.kind === "map" ? (type.fields.get(key) ?? type.element ?? deduced) : deduced;
      out[key] = node ? removeFields(inner, item, node) : item;
    }
    return out;
  }
  if (!Array.isArray(value) || type.kind !== "list" || type.relation === "atomic") return value;
  const kept: unknown[] = [];
  for (const item of value) {
    const node = set[itemElement(type, item)];
    if (node && isMember(node)) continue;
    kept.push(node ? removeFields(type.element, item, node) : item);
  }
  return kept;
}

/** The set with every named field on the way to a member made a member too. */
export function withNamedFields(type: FieldType, set: FieldSet): FieldSet {
  const out: Children = {};
  for (const element of elementsOf(set)) {
    const node = set[element]!;
    const key = element.slice(2);
    const isField = element.startsWith("f:");
    const named = isField && type.kind === "map" ? type.fields.get(key) : undefined;
    const inner = named ?? (type.kind === "list" ? type.element : type.kind === "map" ? (type.element ?? deduced) : deduced);
    const made = nodeOf(isMember(node) || named !== undefined, withNamedFields(inner, node));
    if (made) out[element] = made;
  }
  return out;
}
