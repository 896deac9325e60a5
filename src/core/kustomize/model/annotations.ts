import { flawsOf, setFlaws } from "../../yaml/flawed-maps.js";
import { childOf, isMap, isMissingOrNull, isNilOrEmpty, type Node, type NodeMap, textOf } from "../nodes/node.js";

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

/** A map in the metadata, every value as its text. */
export function metaTexts(value: NodeMap, field: "annotations" | "labels"): { [key: string]: string } {
  const metadata = childOf(value, "metadata");
  if (isNilOrEmpty(metadata) || !isMap(metadata)) return {};
  const first = textsOf(childOf(metadata, field));
  // The original walks the fields: of maps that are there twice it takes all.
  for (const map of laterOf(metadata, field))
    for (const [key, text] of Object.entries(textsOf(map))) if (!Object.hasOwn(first, key)) first[key] = text;
  return first;
}

/** Of a key that the map has twice, the last counts. */
function textsOf(map: Node | undefined): { [key: string]: string } {
  const result: { [key: string]: string } = {};
  if (!isMap(map)) return result;
  for (const [key, text] of Object.entries(map)) result[key] = textOf(text);
  for (const flaw of flawsOf(map)) if (flaw.kind === "repeated") result[flaw.key] = textOf(flaw.later as Node);
  return result;
}

function laterOf(map: NodeMap, field: string): readonly Node[] {
  return flawsOf(map).flatMap((flaw) => (flaw.kind === "repeated" && flaw.key === field ? [flaw.later as Node] : []));
}

/** A map whose field is there once. */
function once(map: NodeMap, field: string): NodeMap {
  if (laterOf(map, field).length === 0) return map;
  const result = { ...map };
  setFlaws(
    result,
    flawsOf(map).filter(({ key }) => key !== field),
  );
  return result;
}

/** Replaces a map in the metadata; an empty one removes the field. */
export function withMetaTexts(
  value: NodeMap,
  field: "annotations" | "labels",
  texts: { readonly [key: string]: string },
): NodeMap {
  const metadata = childOf(value, "metadata");
  const before: NodeMap = isMap(metadata) ? once(metadata, field) : {};
  if (Object.keys(texts).length > 0) return { ...value, metadata: { ...before, [field]: texts } };
  if (before === metadata && !Object.hasOwn(before, field)) return value;
  const { [field]: _removed, ...rest } = before;
  return { ...value, metadata: rest };
}

/** Sets single annotations, leaving the values of the others as they are. */
export function withAnnotations(value: NodeMap, texts: { readonly [key: string]: Node }): NodeMap {
  const metadata = childOf(value, "metadata");
  if (isMap(metadata) && laterOf(metadata, "annotations").length > 0)
    return withAnnotations(withMetaTexts(value, "annotations", metaTexts(value, "annotations")), texts);
  const before = isMissingOrNull(metadata) ? undefined : childOf(metadata, "annotations");
  const base: NodeMap = isMap(metadata) ? metadata : {};
  return { ...value, metadata: { ...base, annotations: { ...(isMap(before) ? before : {}), ...texts } } };
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
