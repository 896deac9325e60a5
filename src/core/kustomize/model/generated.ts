import { configMapData, dataTexts, withoutField } from "../generators/data-map.js";
import { childOf, isMap, type NodeMap } from "../nodes/node.js";
import { untaggedOver } from "../nodes/scalar.js";
import { annotation, buildAnnotations, metaTexts, originAnnotation, removedAnnotations, withMetaTexts } from "./annotations.js";
import type { Resource } from "./resource.js";

export type Behavior = "unspecified" | "create" | "replace" | "merge";

/** What a generated resource says about one that is there already. */
export function behaviorOf(value: NodeMap): Behavior {
  return behaviorFrom(annotation(value, buildAnnotations.generatorBehavior) ?? "");
}

export function behaviorFrom(text: string): Behavior {
  return text === "replace" || text === "merge" || text === "create" ? text : "unspecified";
}

/** The generated resource with the old one's metadata and, for `merge`, its data. */
export function mergeGenerated(generated: Resource, old: Resource, behavior: "merge" | "replace"): Resource {
  const copied = withCopiedMetadata(generated, old);
  let { value } = copied;
  if (behavior === "merge") {
    const origin = annotation(old.value, originAnnotation);
    value = withDataOf(old.value, value, "data");
    value = withDataOf(old.value, value, "binaryData");
    if (origin !== undefined)
      value = withMetaTexts(value, "annotations", { ...metaTexts(value, "annotations"), [originAnnotation]: origin });
  }
  return copied.with(value);
}

/** Labels and annotations of both (its own win), name and namespace of the other, whose build notes stand. */
export function withCopiedMetadata(resource: Resource, other: Resource): Resource {
  const own = metaTexts(resource.value, "annotations");
  const theirs = metaTexts(other.value, "annotations");
  const annotations: { [key: string]: string } = { ...theirs, ...own };
  for (const key of removedAnnotations) {
    if (Object.hasOwn(theirs, key)) annotations[key] = theirs[key]!;
    else delete annotations[key];
  }
  if (!Object.hasOwn(own, buildAnnotations.needsHashSuffix)) delete annotations[buildAnnotations.needsHashSuffix];
  let value = withMetaTexts(resource.value, "labels", {
    ...metaTexts(other.value, "labels"),
    ...metaTexts(resource.value, "labels"),
  });
  value = withMetaTexts(value, "annotations", annotations);
  value = withName(value, other.name);
  value = withNamespace(value, other.namespace);
  return resource.with(value).withUntagged(["name", "namespace"]).withRefVarNames(other.refVarNames);
}

function withDataOf(old: NodeMap, value: NodeMap, field: "data" | "binaryData"): NodeMap {
  const texts = { ...dataTexts(old, field), ...dataTexts(value, field) };
  return configMapData(withoutField(value, field), texts, field === "binaryData");
}

/** Sets a field of the metadata the way the original does: the style of what was there decides how the text reads. */
export function withName(value: NodeMap, name: string): NodeMap {
  return withMetaField(value, "name", name);
}

export function withNamespace(value: NodeMap, namespace: string): NodeMap {
  if (namespace !== "") return withMetaField(value, "namespace", namespace);
  const metadata = childOf(value, "metadata");
  if (!isMap(metadata) || !Object.hasOwn(metadata, "namespace")) return value;
  const { namespace: _removed, ...rest } = metadata;
  return { ...value, metadata: rest };
}

function withMetaField(value: NodeMap, field: string, text: string): NodeMap {
  const metadata = childOf(value, "metadata");
  const base = isMap(metadata) ? metadata : {};
  const scalar = untaggedOver(childOf(base, field), text);
  return base[field] === scalar ? value : { ...value, metadata: { ...base, [field]: scalar } };
}

export function withRootField(value: NodeMap, field: string, text: string): NodeMap {
  const scalar = untaggedOver(childOf(value, field), text);
  return value[field] === scalar ? value : { ...value, [field]: scalar };
}
