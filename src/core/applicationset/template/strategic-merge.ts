import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";

type Fields = { readonly [key: string]: Value };

/** Lists of an Application that a strategic merge patch merges; all others it replaces. "" stands for a list of plain values. */
const mergedLists: Readonly<Record<string, string>> = { "metadata.finalizers": "", "metadata.ownerReferences": "uid" };

/**
 * Applies a strategic merge patch to an Application: maps merge, null deletes, lists are replaced but for finalizers and owner references;
 * `$patch: replace | delete`, `$retainKeys` and `$deleteFromPrimitiveList/…` are obeyed.
 * Throws `InputError` code APPSET_TEMPLATE_PATCH for a directive that makes no sense.
 */
export function strategicMerge(original: Fields, patch: Fields): Fields {
  return mergeMap(original, patch, "");
}

function mergeMap(original: Fields, patch: Fields, path: string): Fields {
  const directive = patch["$patch"];
  if (directive === "replace") return omit(patch, "$patch");
  if (directive === "delete") return {};
  if (directive !== undefined) throw invalid(`unknown patch type: ${String(directive)} in map`);
  const made: Record<string, Value> = { ...retained(original, patch["$retainKeys"]) };
  for (const [key, value] of Object.entries(patch)) {
    if (key === "$patch" || key === "$retainKeys" || key.startsWith("$setElementOrder/")) continue;
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      deleteFromList(made, key.slice("$deleteFromPrimitiveList/".length), value);
      continue;
    }
    const merged = mergeField(made, key, value, path === "" ? key : `${path}.${key}`);
    if (merged === undefined) delete made[key];
    else made[key] = merged;
  }
  return made;
}

function mergeField(made: Fields, key: string, value: Value, path: string): Value | undefined {
  if (value === null) return undefined;
  const before = Object.hasOwn(made, key) ? made[key] : undefined;
  checkKnown(before, value, key, path);
  if (isObject(value)) return isObject(before) ? mergeMap(before, value, path) : withoutDirectives(value);
  if (!Array.isArray(value)) return value;
  const mergeKey = mergedLists[path];
  if (mergeKey === undefined || !Array.isArray(before)) return withoutDirectives(value);
  if (mergeKey === "") return mergePlain(before as readonly Value[], value);
  return mergeListByKey(before, value, mergeKey);
}

/** Argo CD: inside valuesObject nothing is known of the fields, so two maps or lists there cannot be merged. */
function checkKnown(before: Value | undefined, value: Value, key: string, path: string): void {
  if (!/\.helm\.valuesObject\./.test(path)) return;
  if ((isObject(before) && isObject(value)) || (Array.isArray(before) && Array.isArray(value))) {
    throw invalid(`unable to find api field in struct RawExtension for the json field ${JSON.stringify(key)}`);
  }
}

/** Kubernetes: the patch's order holds for its items; what only the original has goes before them, unless it stood behind one. */
function mergePlain(original: readonly Value[], patch: readonly Value[]): Value {
  const patched = [...new Set(patch)];
  const kept = original.filter((item) => !patch.includes(item));
  const made: Value[] = [];
  while (patched.length > 0 && kept.length > 0) {
    const position = original.indexOf(patched[0]!);
    const isFirst = position >= 0 && position < original.indexOf(kept[0]!);
    made.push((isFirst ? patched : kept).shift()!);
  }
  return [...made, ...kept, ...patched];
}

function mergeListByKey(original: readonly Value[], patch: readonly Value[], mergeKey: string): Value {
  let made = [...original];
  if (patch.some((item) => isObject(item) && item["$patch"] === "replace"))
    return withoutDirectives(patch.filter((item) => !(isObject(item) && item["$patch"] === "replace")))!;
  for (const item of patch) {
    if (!isObject(item)) throw invalid("expected a map in the list");
    const index = made.findIndex((other) => isObject(other) && other[mergeKey] === item[mergeKey]);
    if (item["$patch"] === "delete") made = made.filter((_, position) => position !== index);
    else if (index < 0) made.push(omit(item, "$patch"));
    else made[index] = mergeMap(made[index] as Fields, item, "");
  }
  return made;
}

/** What is new is taken without its nulls in maps, and without anything that carries a directive. */
function withoutDirectives(value: Value): Value | undefined {
  if (Array.isArray(value)) return value.flatMap((item: Value) => withoutDirectives(item) ?? (item === null ? [null] : []));
  if (!isObject(value)) return value;
  if (value["$patch"] !== undefined) return undefined;
  const made: Record<string, Value> = {};
  for (const [key, item] of Object.entries(value)) {
    const kept = item === null ? undefined : withoutDirectives(item);
    if (kept !== undefined) made[key] = kept;
  }
  return made;
}

function retained(original: Fields, keys: Value | undefined): Fields {
  if (keys === undefined) return original;
  if (!Array.isArray(keys)) throw invalid("$retainKeys must be a list of keys");
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function deleteFromList(made: Record<string, Value>, key: string, gone: Value): void {
  const list = made[key];
  if (!Array.isArray(gone)) throw invalid(`$deleteFromPrimitiveList/${key} must be a list`);
  if (Array.isArray(list)) made[key] = list.filter((item: Value) => !gone.includes(item));
}

function omit(value: Fields, key: string): Fields {
  const { [key]: _, ...rest } = value;
  return rest;
}

function invalid(message: string): InputError {
  return new InputError(message, { code: "APPSET_TEMPLATE_PATCH" });
}
