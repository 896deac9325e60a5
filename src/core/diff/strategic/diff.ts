import { valuesEqual } from "../../manifest/equal.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import type { GoType } from "../typed/go-types.js";
import { elementKind } from "./error.js";
import { elementKindOf, mergeKeyValue, scalarText, sortedByOrder, sortedByText, withoutRepetitions } from "./lists.js";
import { mergeMap } from "./merge.js";
import { type PatchMeta, patchMetaOf, patchMetaOfList } from "./patch-meta.js";

interface DiffOptions {
  readonly ignoreChanges: boolean;
  readonly ignoreDeletions: boolean;
}

type Patch = { [key: string]: Value };

/** The patch that makes `modified` out of `original` (Kubernetes: CreateTwoWayMergePatch). */
export function twoWayPatch(original: ValueObject, modified: ValueObject, type: GoType): ValueObject {
  return diffMaps(original, modified, type, { ignoreChanges: false, ignoreDeletions: false }, false);
}

/**
 * What changes and adds in `current` what `modified` says, and deletes what `original` had and `modified` has not
 * (Kubernetes: CreateThreeWayMergePatch with overwrite).
 */
export function threeWayPatch(original: ValueObject, modified: ValueObject, current: ValueObject, type: GoType): ValueObject {
  const delta = diffMaps(current, modified, type, { ignoreChanges: false, ignoreDeletions: true }, false);
  const isSame = original === modified || valuesEqual(original, modified);
  if (isSame) requireMergeKeys(modified, type);
  const deletions = isSame ? {} : diffMaps(original, modified, type, { ignoreChanges: true, ignoreDeletions: false }, false);
  return mergeMap(deletions, delta, type, { applies: false });
}

// Kubernetes refuses a list whose elements lack their key even where nothing is to be merged.
function requireMergeKeys(value: ValueObject, type: GoType): void {
  const struct = type.kind === "pointer" ? type.element : type;
  if (struct.kind !== "struct") return;
  for (const key in value) {
    const field = struct.fields.get(key);
    const child = value[key] as Value;
    if (!field || typeof child !== "object" || child === null) continue;
    if (!Array.isArray(child)) requireMergeKeys(child as ValueObject, field.type);
    else if (field.mergeKey !== "" && field.type.kind === "list") {
      for (const item of child) {
        mergeKeyValue(item, field.mergeKey);
        requireMergeKeys(item as ValueObject, field.type.element);
      }
    }
  }
}

function diffMaps(
  original: ValueObject,
  modified: ValueObject,
  type: GoType,
  options: DiffOptions,
  buildRetainKeys: boolean,
): Patch {
  const patch: Patch = {};
  if (original === modified && !buildRetainKeys) return patch;
  for (const key in modified) {
    const value = modified[key] as Value;
    if (!Object.hasOwn(original, key)) {
      if (!options.ignoreChanges) patch[key] = value;
      continue;
    }
    const before = original[key] as Value;
    if (elementKind(before) !== elementKind(value)) {
      if (!options.ignoreChanges) patch[key] = value;
    } else if (isObject(before) && isObject(value)) diffMapField(key, { before, value, patch, type, options });
    else if (Array.isArray(before) && Array.isArray(value)) diffListField(key, { before, value, patch, type, options });
    else if (!options.ignoreChanges && !valuesEqual(before, value)) patch[key] = value;
  }
  if (!options.ignoreDeletions) {
    for (const key in original) if (!Object.hasOwn(modified, key)) patch[key] = null;
  }
  if (buildRetainKeys) addRetainKeys(patch, original, modified);
  return patch;
}

// $retainKeys: what is not named is cleared, e.g. the volume source that another one replaces.
function addRetainKeys(patch: Patch, original: ValueObject, modified: ValueObject): void {
  const kept = Object.keys(modified).filter((key) => modified[key] !== null);
  if (kept.length === 0) return;
  const hasMore = Object.keys(original).some((key) => !Object.hasOwn(modified, key));
  if (Object.keys(patch).length > 0 || hasMore) patch["$retainKeys"] = sortedByText(kept, (key) => key);
}

interface FieldDiff<T> {
  readonly before: T;
  readonly value: T;
  readonly patch: Patch;
  readonly type: GoType;
  readonly options: DiffOptions;
}

function diffMapField(key: string, diff: FieldDiff<ValueObject>): void {
  const { before, value, patch, options } = diff;
  let meta: PatchMeta;
  try {
    meta = patchMetaOf(diff.type, key);
  } catch (error) {
    // Free-form content matters only where it differs.
    if (valuesEqual(before, value)) return;
    throw error;
  }
  if (meta.strategy === "replace") {
    if (!options.ignoreChanges) patch[key] = value;
    return;
  }
  const found = diffMaps(before, value, meta.type, options, meta.retainKeys);
  for (const _ in found) {
    patch[key] = found;
    return;
  }
}

function diffListField(key: string, diff: FieldDiff<readonly Value[]>): void {
  const { before, value, patch, options } = diff;
  let meta: PatchMeta;
  try {
    meta = patchMetaOfList(diff.type, key);
  } catch (error) {
    if (valuesEqual(before, value)) return;
    throw error;
  }
  if (meta.strategy !== "merge") {
    if (!options.ignoreChanges && !valuesEqual(before, value)) patch[key] = value;
    return;
  }
  const { changes, deletions, order } = diffLists(before, value, meta, options);
  if (changes.length > 0) patch[key] = changes;
  if (deletions.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = deletions;
  if (order.length > 0) patch[`$setElementOrder/${key}`] = order;
}

interface ListDiff {
  readonly changes: readonly Value[];
  readonly deletions: readonly Value[];
  readonly order: readonly Value[];
}

function diffLists(original: readonly Value[], modified: readonly Value[], meta: PatchMeta, options: DiffOptions): ListDiff {
  if (original.length === 0) {
    return { changes: options.ignoreChanges ? [] : modified, deletions: [], order: [] };
  }
  if (elementKindOf(original, modified) === "scalar") return diffScalarLists(original, modified, options);
  const { mergeKey } = meta;
  if (isPairwise(original, modified, mergeKey)) return diffPairs(original, modified, meta, options);
  const { changes, deletions } = diffMapLists(original, modified, meta, options);
  const ordered = [...sortedByOrder(changes, modified, mergeKey, "map"), ...deletions];
  const isOrderSame =
    original.length === modified.length &&
    modified.every((item, index) =>
      valuesEqual(mergeKeyValue(original[index] as Value, mergeKey), mergeKeyValue(item, mergeKey)),
    );
  const needsOrder =
    (!options.ignoreChanges && (ordered.length > 0 || !isOrderSame)) || (!options.ignoreDeletions && ordered.length > 0);
  const order = needsOrder ? modified.map((item) => ({ [mergeKey]: mergeKeyValue(item, mergeKey) })) : [];
  return { changes: ordered, deletions: [], order };
}

/** The same elements in the same order, each key once: the usual case, which needs no sorting. */
function isPairwise(original: readonly Value[], modified: readonly Value[], mergeKey: string): boolean {
  if (original.length !== modified.length) return false;
  for (let index = 0; index < modified.length; index++) {
    const [before, after] = [(original[index] as ValueObject)[mergeKey], (modified[index] as ValueObject)[mergeKey]];
    if (before === undefined || before !== after) return false;
    for (let other = 0; other < index; other++) {
      if (scalarText((modified[other] as ValueObject)[mergeKey]) === scalarText(after)) return false;
    }
  }
  return true;
}

function diffPairs(original: readonly Value[], modified: readonly Value[], meta: PatchMeta, options: DiffOptions): ListDiff {
  const { mergeKey } = meta;
  const changes: Value[] = [];
  for (let index = 0; index < modified.length; index++) {
    const after = modified[index] as ValueObject;
    const found = diffMaps(original[index] as ValueObject, after, meta.type, options, meta.retainKeys);
    if (Object.keys(found).length > 0) changes.push({ ...found, [mergeKey]: after[mergeKey] as Value });
  }
  const order = changes.length > 0 ? modified.map((item) => ({ [mergeKey]: (item as ValueObject)[mergeKey] as Value })) : [];
  return { changes, deletions: [], order };
}

function diffScalarLists(original: readonly Value[], modified: readonly Value[], options: DiffOptions): ListDiff {
  const before = sortedByText(original, scalarText);
  const after = sortedByText(modified, scalarText);
  const changes: Value[] = [];
  const deletions: Value[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const left = i < before.length ? scalarText(before[i]) : undefined;
    const right = j < after.length ? scalarText(after[j]) : undefined;
    if (left !== undefined && left === right) {
      i++;
      j++;
    } else if (left === undefined || (right !== undefined && left > right)) {
      if (!options.ignoreChanges) changes.push(after[j] as Value);
      j++;
    } else {
      if (!options.ignoreDeletions) deletions.push(before[i] as Value);
      i++;
    }
  }
  const ordered = sortedByOrder(changes, modified, "", "scalar");
  // Kubernetes compares the sorted original here: an unsorted list always brings its order along.
  const needsOrder =
    (!options.ignoreDeletions && deletions.length > 0) || (!options.ignoreChanges && !valuesEqual(before, modified));
  return { changes: ordered, deletions: withoutRepetitions(deletions), order: needsOrder ? modified : [] };
}

function diffMapLists(
  original: readonly Value[],
  modified: readonly Value[],
  meta: PatchMeta,
  options: DiffOptions,
): { readonly changes: readonly Value[]; readonly deletions: readonly Value[] } {
  const { mergeKey } = meta;
  const textOf = (item: Value) => scalarText((item as ValueObject)[mergeKey]);
  const before = sortedByText(original, textOf);
  const after = sortedByText(modified, textOf);
  const changes: Value[] = [];
  const deletions: Value[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const leftValue = i < before.length ? mergeKeyValue(before[i] as Value, mergeKey) : undefined;
    const rightValue = j < after.length ? mergeKeyValue(after[j] as Value, mergeKey) : undefined;
    const left = leftValue === undefined ? undefined : scalarText(leftValue);
    const right = rightValue === undefined ? undefined : scalarText(rightValue);
    if (left !== undefined && left === right) {
      const found = diffMaps(before[i] as ValueObject, after[j] as ValueObject, meta.type, options, meta.retainKeys);
      if (Object.keys(found).length > 0) changes.push({ ...found, [mergeKey]: rightValue as Value });
      i++;
      j++;
    } else if (left === undefined || (right !== undefined && left > right)) {
      if (!options.ignoreChanges) changes.push(after[j] as Value);
      j++;
    } else {
      if (!options.ignoreDeletions) deletions.push({ [mergeKey]: leftValue as Value, $patch: "delete" });
      i++;
    }
  }
  return { changes, deletions };
}
