import { equalValues } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import { badRequest } from "../api/status-error.js";
import { type Draft, isDraft } from "../draft.js";
import { builtInSchemaName } from "../schema/published.js";
import { type Field, type Shape, shapeOf } from "../schema/shape.js";

/** Strategic merge patch by the patch strategies of the resource's type, with `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList`. */
export function applyStrategicMerge(type: ResourceType, target: Draft, patch: Draft): Draft {
  return mergeObject(shapeOf(builtInSchemaName(type)), target, patch) ?? {};
}

function fieldOf(shape: Shape, key: string): Field | undefined {
  return shape.kind === "struct" ? shape.fields.get(key) : undefined;
}

function valueShape(shape: Shape, key: string): Shape {
  return fieldOf(shape, key)?.shape ?? (shape.kind === "map" ? shape.value : { kind: "any" });
}

/** Undefined: the patch deletes the object. */
function mergeObject(shape: Shape, target: Draft | undefined, patch: Draft): Draft | undefined {
  const directive = patch["$patch"];
  if (directive === "delete") return undefined;
  if (directive === "replace") {
    const { $patch: _directive, ...rest } = patch;
    return rest;
  }
  const out: Draft = { ...target };
  const retained = patch["$retainKeys"];
  if (Array.isArray(retained)) for (const key of Object.keys(out)) if (!retained.includes(key)) delete out[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key === "$patch" || key === "$retainKeys") continue;
    if (key.startsWith("$setElementOrder/")) continue;
    if (key.startsWith("$deleteFromPrimitiveList/")) dropPrimitives(out, key.slice("$deleteFromPrimitiveList/".length), value);
    else mergeField(shape, out, key, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    const isOrder = key.startsWith("$setElementOrder/");
    const list = isOrder ? key.slice("$setElementOrder/".length) : key;
    if (!isOrder && patch[`$setElementOrder/${key}`] !== undefined) continue;
    if (isOrder || fieldOf(shape, key)?.patch.strategy.includes("merge")) orderList(shape, out, list, value, target?.[list]);
  }
  return out;
}

function mergeField(shape: Shape, out: Draft, key: string, value: unknown): void {
  const field = fieldOf(shape, key);
  const inner = valueShape(shape, key);
  if (value === null) delete out[key];
  else if (
    isDraft(value) &&
    (isDraft(out[key]) || value["$patch"] !== undefined || out[key] === undefined) &&
    inner.kind !== "list"
  ) {
    const merged = mergeObject(inner, isDraft(out[key]) ? out[key] : undefined, value);
    if (merged === undefined) delete out[key];
    else out[key] = merged;
  } else if (Array.isArray(value) && field?.patch.strategy.includes("merge")) {
    const list = Array.isArray(out[key]) ? out[key] : [];
    const item: Shape = inner.kind === "list" ? inner.item : { kind: "any" };
    out[key] = field.patch.mergeKey === "" ? mergePrimitives(list, value) : mergeItems(item, list, value, field.patch.mergeKey);
  } else out[key] = value;
}

function mergePrimitives(list: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const isReplacement = patch.some((item) => isDraft(item) && item["$patch"] === "replace");
  const values = patch.filter((item) => !isDraft(item));
  return isReplacement ? values : [...list, ...values.filter((item) => !list.some((known) => equalValues(known, item)))];
}

function mergeItems(shape: Shape, list: readonly unknown[], patch: readonly unknown[], mergeKey: string): unknown[] {
  if (patch.some((item) => isDraft(item) && item["$patch"] === "replace" && item[mergeKey] === undefined)) {
    return patch.filter((item) => !(isDraft(item) && item["$patch"] === "replace"));
  }
  let out = [...list];
  for (const item of patch) {
    if (!isDraft(item)) throw badRequest("a list that is merged by key holds objects only");
    const id = item[mergeKey];
    if (id === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    const index = out.findIndex((known) => isDraft(known) && equalValues(known[mergeKey], id));
    const merged = mergeObject(shape, index < 0 ? undefined : (out[index] as Draft), item);
    if (merged === undefined) out = out.filter((known) => !(isDraft(known) && equalValues(known[mergeKey], id)));
    else if (index < 0) out.push(merged);
    else out[index] = merged;
  }
  return out;
}

function dropPrimitives(out: Draft, key: string, values: unknown): void {
  if (!Array.isArray(out[key]) || !Array.isArray(values)) return;
  out[key] = out[key].filter((item: unknown) => !values.some((value) => equalValues(value, item)));
}

/** Items that the patch names stand in its order, before others of which the object's own order does not say that they come first. */
function orderList(shape: Shape, out: Draft, key: string, order: unknown, original: unknown): void {
  const list = out[key];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const mergeKey = fieldOf(shape, key)?.patch.mergeKey ?? "";
  const idOf = (item: unknown): unknown => (isDraft(item) && mergeKey !== "" ? item[mergeKey] : item);
  const rankIn = (all: unknown, item: unknown): number =>
    Array.isArray(all) ? all.findIndex((known) => equalValues(idOf(known), idOf(item))) : -1;
  const named = list.filter((item) => rankIn(order, item) >= 0).sort((a, b) => rankIn(order, a) - rankIn(order, b));
  const others = list.filter((item) => rankIn(order, item) < 0);
  const merged: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const left = rankIn(original, others[0]);
    const right = rankIn(original, named[0]);
    merged.push(left >= 0 && right >= 0 && left < right ? others.shift() : named.shift());
  }
  out[key] = [...merged, ...named, ...others];
}
