import { flawsOf, type MapFlaw, type RepeatedKey, setFlaws } from "../../yaml/flawed-maps.js";
import { childOf, isList, isMap, isNilOrEmpty, type Node, type NodeMap, textOf } from "../nodes/node.js";
import { requireNodeKind } from "../nodes/ops.js";
import { madeText } from "../nodes/scalar.js";
import { noteMadeKeys } from "../nodes/text-key.js";

const domain = "internal.config.kubernetes.io";

/** Annotations that the original keeps its notes in while it builds. */
export const buildAnnotations = {
  previousKinds: `${domain}/previousKinds`,
  previousNames: `${domain}/previousNames`,
  prefixes: `${domain}/prefixes`,
  suffixes: `${domain}/suffixes`,
  previousNamespaces: `${domain}/previousNamespaces`,
  allowNameChange: `${domain}/allowNameChange`,
  allowKindChange: `${domain}/allowKindChange`,
  refBy: `${domain}/refBy`,
  generatorBehavior: `${domain}/generatorBehavior`,
  needsHashSuffix: `${domain}/needsHashSuffix`,
  helmGenerated: `${domain}/helm-generated`,
} as const;

export const originAnnotation = "config.kubernetes.io/origin";
export const transformationsAnnotation = "alpha.config.kubernetes.io/transformations";

/** What is taken away before printing. */
export const removedAnnotations: readonly string[] = [
  buildAnnotations.previousKinds,
  buildAnnotations.previousNames,
  buildAnnotations.prefixes,
  buildAnnotations.suffixes,
  buildAnnotations.previousNamespaces,
  buildAnnotations.allowNameChange,
  buildAnnotations.allowKindChange,
  buildAnnotations.refBy,
  buildAnnotations.generatorBehavior,
  buildAnnotations.needsHashSuffix,
  `${domain}/path`,
  `${domain}/index`,
  `${domain}/seqindent`,
  `${domain}/id`,
  `${domain}/annotations-migration-resource-id`,
  "config.kubernetes.io/path",
  "config.kubernetes.io/index",
  "config.k8s.io/id",
  buildAnnotations.helmGenerated,
];

const removed: ReadonlySet<string> = new Set(removedAnnotations);

/** Whether an annotation is one that is taken away before printing. */
export function isRemovedAnnotation(key: string): boolean {
  return removed.has(key);
}

const legacyKeys = new Set(["config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"]);

/** Annotations that a JSON patch must not take away. */
export function isInternalAnnotation(key: string): boolean {
  return key.startsWith(`${domain}/`) || legacyKeys.has(key);
}

/** The text of one annotation, or undefined where it is not there. */
export function annotation(value: NodeMap, key: string): string | undefined {
  const found = childOf(childOf(childOf(value, "metadata"), "annotations"), key);
  return found === undefined ? undefined : textOf(found);
}

/** A map in the metadata, every value as its text; of maps that are there twice, the first. */
export function metaTexts(value: NodeMap, field: "annotations" | "labels"): { [key: string]: string } {
  const metadata = childOf(value, "metadata");
  const map = isNilOrEmpty(metadata) ? undefined : childOf(metadata, field);
  const result: { [key: string]: string } = {};
  if (!isMap(map)) return result;
  for (const [key, text] of Object.entries(map)) result[key] = textOf(text);
  // The original walks the fields: of a key that the map has twice, the last counts.
  for (const flaw of flawsOf(map)) if (flaw.kind === "repeated") result[flaw.key] = textOf(flaw.later as Node);
  return result;
}

export function hasAnnotationsTwice(value: NodeMap): boolean {
  const metadata = childOf(value, "metadata");
  return isMap(metadata) && secondOf(metadata, "annotations") !== undefined;
}

/** Replaces a map in the metadata; an empty one removes the field. A second map of the name then takes the texts. */
export function withMetaTexts(
  value: NodeMap,
  field: "annotations" | "labels",
  texts: { readonly [key: string]: string },
): NodeMap {
  const metadata = childOf(value, "metadata");
  if (metadata !== undefined) requireNodeKind(metadata, "map");
  const before: NodeMap = isMap(metadata) ? withoutFirst(metadata, field) : {};
  const keys = Object.keys(texts);
  if (keys.length === 0) return before === metadata ? value : { ...value, metadata: before };
  const map = childOf(before, field);
  const result: { [key: string]: Node } = isMap(map) ? { ...map } : {};
  for (const key of keys) result[key] = madeText(texts[key]!);
  noteMadeKeys(
    result,
    keys.filter((key) => !isMap(map) || !Object.hasOwn(map, key)),
  );
  return { ...value, metadata: { ...before, [field]: result } };
}

/** Sets single annotations, leaving the values of the others as they are. */
export function withAnnotations(value: NodeMap, texts: { readonly [key: string]: Node }): NodeMap {
  const found = childOf(value, "metadata");
  const metadata: NodeMap = isMap(found) ? withoutEmpty(found, "annotations") : {};
  const before = childOf(metadata, "annotations");
  const changed = { ...metadata, annotations: isMap(before) ? { ...before, ...texts } : texts };
  return withoutEmpty({ ...value, metadata: changed }, "metadata");
}

/** The map without the first field of that name; what it had under it the second time is then there. */
function withoutFirst(map: NodeMap, field: string): NodeMap {
  if (!Object.hasOwn(map, field)) return map;
  const second = secondOf(map, field);
  if (second !== undefined) return withoutFlaw({ ...map, [field]: second.later as Node }, second);
  const { [field]: _removed, ...rest } = map;
  return rest;
}

/** The map without the first field of that name that has no entries, be it a second one. */
function withoutEmpty(map: NodeMap, field: string): NodeMap {
  if (!hasEntries(childOf(map, field))) return withoutFirst(map, field);
  const empty = secondOf(map, field, (later) => !hasEntries(later));
  return empty === undefined ? map : withoutFlaw({ ...map }, empty);
}

function secondOf(map: NodeMap, field: string, isMeant = (_later: Node): boolean => true): RepeatedKey | undefined {
  return flawsOf(map).find(
    (flaw): flaw is RepeatedKey => flaw.kind === "repeated" && flaw.key === field && isMeant(flaw.later as Node),
  );
}

function withoutFlaw(map: NodeMap, flaw: MapFlaw): NodeMap {
  setFlaws(
    map,
    flawsOf(map).filter((other) => other !== flaw),
  );
  return map;
}

function hasEntries(node: Node | undefined): boolean {
  return isList(node) ? node.length > 0 : isMap(node) && Object.keys(node).length > 0;
}

/** Appends to annotations that hold comma-separated lists; an empty text adds nothing. */
export function withAppended(value: NodeMap, texts: { readonly [key: string]: string }): NodeMap {
  const changes: { [key: string]: string } = {};
  for (const [key, text] of Object.entries(texts)) {
    if (text === "") continue;
    const before = annotation(value, key);
    changes[key] = before === undefined ? text : `${before},${text}`;
  }
  return Object.keys(changes).length === 0 ? value : withAnnotations(value, changes);
}
