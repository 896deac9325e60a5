import type { KubernetesObject } from "../../manifest/object.js";
import { asObject } from "../../manifest/object.js";
import type { Value } from "../../manifest/value.js";
import { isFlow } from "../../yaml/flow-maps.js";
import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import {
  hasAnnotationsTwice,
  isRemovedAnnotation,
  metaTexts,
  originAnnotation,
  transformationsAnnotation,
  withMetaTexts,
} from "../model/annotations.js";
import { prefixError } from "../model/errors.js";
import type { Resource } from "../model/resource.js";
import { foldedBreaks } from "../nodes/folded-breaks.js";
import { refuseFlaw, telling, toJson } from "../nodes/json.js";
import { isList, type Node, type NodeMap } from "../nodes/node.js";

/** Without the build's notes, every scalar by its meaning. */
export function finished(resource: Resource, buildMetadata: readonly string[]): KubernetesObject {
  const keepsOrigin = buildMetadata.includes("originAnnotations");
  const keepsTransformations = buildMetadata.includes("transformerAnnotations");
  const isNote = (key: string): boolean =>
    isRemovedAnnotation(key) ||
    (key === originAnnotation && !keepsOrigin) ||
    (key === transformationsAnnotation && !keepsTransformations);
  const keepsAll = keepsOrigin && keepsTransformations;
  const isUntouched = keepsAll && Object.keys(metaTexts(resource.value, "annotations")).length === 0;
  const once = isUntouched ? resource.value : cleaned(resource.value, isNote, keepsOrigin ? "transformer" : "origin tracking");
  // The original sets them anew for each kind of note: of annotations that are there twice, the second are texts after the second time.
  const value = !keepsAll && hasAnnotationsTwice(resource.value) ? withoutAnnotations(once, isNote) : once;
  return asObject(telling(value, () => finishedMap(value)));
}

/** Where something has replaced the metadata nothing can be taken out of them, not even nothing. */
function cleaned(value: NodeMap, isNote: (key: string) => boolean, notes: string): NodeMap {
  try {
    return withoutAnnotations(value, isNote);
  } catch (error) {
    throw prefixError(error, `failed to clean up ${notes} annotations`);
  }
}

function withoutAnnotations(value: NodeMap, isNote: (key: string) => boolean): NodeMap {
  const kept = Object.entries(metaTexts(value, "annotations")).filter(([key]) => !isNote(key));
  return withMetaTexts(value, "annotations", Object.fromEntries(kept));
}

/** What changed on the way out, by the node: parts that overlays share come out as one value, and are printed once. */
const finishedOnce = new WeakMap<object, Value>();

/** As JSON has it, with the line breaks that printing folds; shares what stays as it is. */
function finishedNode(node: Node): Value {
  if (typeof node === "string") return foldedBreaks(node);
  if (typeof node !== "object" || node === null) return node as Value;
  if (node instanceof ScalarLiteral) {
    const value = toJson(node);
    return typeof value === "string" ? foldedBreaks(value) : value;
  }
  const known = finishedOnce.get(node);
  if (known !== undefined) return known;
  const value = isList(node) ? finishedList(node) : finishedMap(node);
  if (value !== (node as Value)) finishedOnce.set(node, value);
  return value;
}

function finishedList(node: readonly Node[]): Value {
  let result: Value[] | undefined;
  for (let index = 0; index < node.length; index++) {
    const value = finishedNode(node[index]!);
    if (value !== node[index]) (result ??= [...(node as readonly Value[])])[index] = value;
  }
  return result ?? (node as readonly Value[] as Value);
}

function finishedMap(node: NodeMap): Value {
  refuseFlaw(node);
  // What is known of how it was written ends here.
  const isAnew = isFlow(node);
  let result: { [key: string]: Value } | undefined = isAnew ? {} : undefined;
  for (const key in node) {
    const before = node[key]!;
    const name = foldedBreaks(key);
    const after = finishedNode(before);
    if (after === before && name === key && !isAnew) continue;
    result ??= { ...(node as { readonly [key: string]: Value }) };
    if (name !== key) delete result[key];
    result[name] = after;
  }
  return result ?? (node as Value);
}
