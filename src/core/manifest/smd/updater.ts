import type { Value } from "../value.js";
import type { Atom } from "./atom.js";
import { type Comparison, compareTyped } from "./compare.js";
import { FieldSet } from "./field-set.js";
import { entryKey, type ManagedEntry, type ManagedFields } from "./managed-fields.js";
import { mergeTyped } from "./merge.js";
import { removeItems } from "./remove.js";
import { toFieldSet } from "./to-field-set.js";

/** One manager's fields that an apply would take over. */
export interface ManagerConflict {
  readonly entry: ManagedEntry;
  readonly fields: FieldSet;
}

export interface Change {
  readonly live: Value;
  readonly atom: Atom;
  readonly managed: ManagedFields;
  /** The manager at work; its own fields may be anything before. */
  readonly self: Omit<ManagedEntry, "fields">;
  /** Fields that this request cannot own, such as status on the main resource. */
  readonly reset: FieldSet;
}

/** Ownership after `next` was written by a create, update or patch. */
export function trackUpdate(next: Value, change: Change): ManagedFields {
  const comparison = filter(compareTyped(change.live, next, change.atom), change.reset);
  const { managed } = takeOver(comparison, change);
  const key = entryKey(change.self);
  const previous = managed.get(key)?.fields ?? new FieldSet();
  const fields = previous.difference(comparison.removed).union(comparison.modified).union(comparison.added);
  return withOwn(managed, { ...change.self, fields: fields.recursiveDifference(change.reset) });
}

export interface Applied {
  readonly value: Value;
  readonly managed: ManagedFields;
  readonly conflicts: readonly ManagerConflict[];
}

/**
 * `applied` merged into the live value: what this manager applied last time and no longer does is removed unless another
 * manager holds it. Conflicts are with the managers of fields whose value changes; the caller decides about force.
 */
export function trackApply(applied: Value, change: Change): Applied {
  const merged = mergeTyped(change.live, applied, change.atom);
  const key = entryKey(change.self);
  const last = change.managed.get(key)?.fields;
  const own = { ...change.self, fields: toFieldSet(applied, change.atom).recursiveDifference(change.reset) };
  const managed = new Map(change.managed).set(key, own);
  const value = last && !last.isEmpty ? prune(merged, last, managed, change.atom) : merged;
  const comparison = filter(compareTyped(change.live, value, change.atom), change.reset);
  const result = takeOver(comparison, { ...change, managed });
  return { value, managed: withoutEmpty(result.managed), conflicts: result.conflicts };
}

function filter({ removed, modified, added }: Comparison, reset: FieldSet): Comparison {
  if (reset.isEmpty) return { removed, modified, added };
  return {
    removed: removed.recursiveDifference(reset),
    modified: modified.recursiveDifference(reset),
    added: added.recursiveDifference(reset),
  };
}

/** Every other manager loses the fields that changed or went; losing a changed one is a conflict. */
function takeOver(
  comparison: Comparison,
  change: Change,
): { readonly managed: ManagedFields; readonly conflicts: readonly ManagerConflict[] } {
  const changed = comparison.modified.union(comparison.added);
  const selfKey = entryKey(change.self);
  const conflicts: ManagerConflict[] = [];
  const managed: ManagedFields = new Map();
  for (const [key, entry] of change.managed) {
    if (key === selfKey) {
      managed.set(key, entry);
      continue;
    }
    const fields = entry.fields.intersection(changed);
    if (!fields.isEmpty) conflicts.push({ entry, fields });
    managed.set(key, { ...entry, fields: entry.fields.difference(fields).difference(comparison.removed) });
  }
  return { managed: withoutEmpty(managed), conflicts };
}

function withoutEmpty(managed: ManagedFields): ManagedFields {
  return new Map([...managed].filter(([, entry]) => !entry.fields.isEmpty));
}

function withOwn(managed: ManagedFields, entry: ManagedEntry): ManagedFields {
  return withoutEmpty(new Map(managed).set(entryKey(entry), entry));
}

function prune(merged: Value, last: FieldSet, managed: ManagedFields, atom: Atom): Value {
  const without = removeItems(merged, last.withNamedFields(atom), atom);
  const kept = addBackOwned(merged, without, managed, atom);
  return addBackDangling(merged, kept, last, atom);
}

/** What another manager, or this one's new configuration, still holds comes back. */
function addBackOwned(merged: Value, pruned: Value, managed: ManagedFields, atom: Atom): Value {
  let owned = new FieldSet();
  for (const entry of managed.values()) owned = owned.union(entry.fields);
  const before = toFieldSet(merged, atom).withNamedFields(atom);
  const after = toFieldSet(pruned, atom).withNamedFields(atom);
  return removeItems(merged, before.difference(after.union(owned.withNamedFields(atom))), atom);
}

/** What this manager did not hold comes back: only its own former fields may go. */
function addBackDangling(merged: Value, pruned: Value, last: FieldSet, atom: Atom): Value {
  const before = toFieldSet(merged, atom).withNamedFields(atom);
  const after = toFieldSet(pruned, atom).withNamedFields(atom);
  return removeItems(merged, before.difference(after).intersection(last.withNamedFields(atom)), atom);
}
