import { applyPatch, type PatchOperation } from "../filters/json-patch.js";
import { mergeNodes } from "../filters/merge2.js";
import { annotation, buildAnnotations, isInternalAnnotation, metaTexts, withMetaTexts } from "../model/annotations.js";
import { kustomizeError } from "../model/errors.js";
import { withCopiedMetadata, withName, withNamespace, withRootField } from "../model/generated.js";
import { apiVersionOf } from "../model/gvk.js";
import { withStoredId } from "../model/history.js";
import { liveNode } from "../model/live-node.js";
import type { ResMap } from "../model/res-map.js";
import { type IdPart, idParts, type Resource } from "../model/resource.js";
import { fromJson, toJson } from "../nodes/json.js";
import {
  childOf,
  childText,
  isList,
  isMap,
  isMissingOrNull,
  isNilOrEmpty,
  type Node,
  type NodeMap,
  tagOf,
  UntaggedScalar,
} from "../nodes/node.js";
import { NodeKindError } from "../nodes/ops.js";
import { isNonStringInYaml11, resolvePlain } from "../nodes/resolve.js";
import { YNode } from "../nodes/ynode.js";
import type { TransformContext } from "./transformer.js";

/** A strategic merge patch onto one resource: kind, name and namespace stay unless the patch may change them. */
export function mergeInto(target: Resource, patch: Resource): Resource {
  const { name, namespace, kind } = target;
  const isNameFree = annotation(patch.value, buildAnnotations.allowNameChange) === "enabled";
  const isKindFree = annotation(patch.value, buildAnnotations.allowKindChange) === "enabled";
  const before = isNameFree || isKindFree ? withStoredId(target) : target;
  const merged = mergedValue(before, patch);
  if (isNilOrEmpty(merged)) return target.with({});
  let value = merged as NodeMap;
  if (!isKindFree) value = withRootField(value, "kind", kind);
  if (!isNameFree) value = withName(value, name);
  const isTaken = (part: IdPart): boolean => (part === "kind" ? isKindFree : part === "name" && isNameFree);
  const untagged = idParts.filter((part) => !isTaken(part) || patch.untagged.includes(part));
  return before.with(withNamespace(value, namespace)).withUntagged(untagged);
}

function mergedValue(before: Resource, patch: Resource): Node | undefined {
  // What a patch puts in the place of a whole resource is thrown away.
  if (childText(patch.value, "$patch") === "replace") return before.value;
  const into = liveNode(before, isNonStringInYaml11);
  return mergeNodes(new YNode(patch.value), into, before.schemas, { listIncrease: "prepend", isStable: true })?.freeze();
}

/** A patch sets name and type once more; those of one for `selected` resources have no place in a text, of one `byId` they have. */
export function touchMerged(context: TransformContext, merged: Resource, way: "byId" | "selected"): void {
  if (context.touched === undefined || merged.isEmpty) return;
  for (const what of ["metadata/name", `merge ${way}`]) context.touched(merged, what);
}

/** A strategic merge patch onto every resource at the positions, whatever their kind; what it deletes leaves the map. */
export function mergeIntoSelected(map: ResMap, positions: readonly number[], patch: Resource, context: TransformContext): void {
  const selected = new Set(positions.map((position) => map.at(position).curKey));
  const kept: Resource[] = [];
  let isShrunk = false;
  let isRenamed = false;
  for (const resource of map.resources) {
    let merged = resource;
    if (selected.has(resource.curKey)) {
      merged = mergeIntoAny(resource, patch);
      touchMerged(context, merged, "selected");
    }
    if (merged.isEmpty) isShrunk = true;
    else kept.push(merged);
    if (merged !== resource && merged.curKey !== resource.curKey) isRenamed = true;
  }
  if (!isShrunk && !isRenamed) {
    map.update((_, position) => kept[position]!);
    // The original adds all of them anew.
    map.requireDistinct();
    return;
  }
  map.setAll([]);
  map.appendAll(kept);
}

/** Original: the patch takes over the target's apiVersion, and one that is missing or null becomes a text that reads as null. */
function mergeIntoAny(target: Resource, patch: Resource): Resource {
  const text = apiVersionOf(target.curId);
  if (tagOf(resolvePlain(text)) !== "!!null") return mergeInto(target, patchFor(target, patch));
  const { apiVersion: _replaced, ...value } = patch.value;
  const merged = mergeInto(target, patchFor(target, patch).with(value));
  const own = target.value["apiVersion"];
  if (isMap(own) || isList(own)) throw new NodeKindError(isMap(own) ? "map" : "list", YNode.scalar("", text));
  if (merged.isEmpty || !isMissingOrNull(own)) return merged;
  return merged.with({ ...merged.value, apiVersion: new UntaggedScalar("!!null", text) });
}

const copies = new WeakMap<Resource, Resource>();

function patchFor(target: Resource, patch: Resource): Resource {
  let copy = copies.get(patch);
  if (copy === undefined) {
    copy = withCopiedMetadata(patch, patch);
    copies.set(patch, copy);
  }
  const value = withRootField(copy.value, "apiVersion", apiVersionOf(target.curId));
  return copy.with(withRootField(value, "kind", patch.kind)).withUntagged(idParts);
}

/** A JSON patch onto one resource; the build's own annotations outlive it. */
export function patchInto(target: Resource, operations: readonly PatchOperation[]): Resource {
  const kept = Object.entries(metaTexts(target.value, "annotations")).filter(([key]) => isInternalAnnotation(key));
  const patched = applyPatch(toJson(target.value), operations);
  if (Array.isArray(patched) || typeof patched !== "object" || patched === null)
    throw kustomizeError("KUSTOMIZE_PATCH", "json: cannot unmarshal array into Go value of type map[string]interface {}");
  const value = fromJson(patched);
  const map: NodeMap = isMap(value) ? value : {};
  const metadata = childOf(map, "metadata");
  // The original passes over that it cannot put them into what is no map.
  if (!isMissingOrNull(metadata) && !isMap(metadata)) return target.withRebuilt(map);
  return target.withRebuilt(withMetaTexts(map, "annotations", { ...metaTexts(map, "annotations"), ...Object.fromEntries(kept) }));
}
