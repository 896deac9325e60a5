import { applyFieldSpecs, overwriteScalar } from "../filters/field-spec.js";
import type { ImageArgs } from "../kustomization/fields.js";
import type { FieldSpec } from "../model/field-spec.js";
import { imageMatcher, splitImage } from "../model/image.js";
import { childOf, isList, isMap, isMissingOrNull, type Node, type NodeMap, textOf } from "../nodes/node.js";
import { requireNodeKind } from "../nodes/ops.js";
import type { Transformer } from "./transformer.js";

/** ImageTagTransformer: names, tags and digests of images, in every list of containers and at field specs (`images`). */
export function imageTagTransformer(image: ImageArgs, specs: readonly FieldSpec[]): Transformer {
  const setImage = imageSetter(image);
  return {
    kind: "ImageTagTransformer",
    transform(map, context) {
      map.update((resource) => {
        if (resource.kind === "CustomResourceDefinition") return resource;
        const touched = (text: string): void => context.touched?.(resource, `image ${text}`);
        const set = (node: Node | undefined): Node | undefined => setImage(node, touched);
        const value = withContainerImages(resource.value, set) as NodeMap;
        return resource.with(applyFieldSpecs(value, specs, { set }));
      });
    },
  };
}

/** Gives the field setter for one image; other images stay. `touched` hears of each that is set. */
export function imageSetter(image: ImageArgs): (node: Node | undefined, touched?: (text: string) => void) => Node | undefined {
  const matches = imageMatcher(image.name ?? "");
  return (node, touched) => {
    if (node === undefined) return node;
    requireNodeKind(node, "scalar");
    const before = textOf(node);
    if (!matches(before)) return node;
    const text = changedImage(before, image);
    touched?.(text);
    return overwriteScalar(node, "", text);
  };
}

function changedImage(text: string, image: ImageArgs): string {
  let { name, tag, digest } = splitImage(text);
  if (image.newName) name = image.newName;
  if (image.newTag && image.digest) {
    tag = image.newTag;
    digest = image.digest;
  } else if (image.newTag) {
    tag = image.newTag;
    digest = "";
  } else if (image.digest) {
    tag = "";
    digest = image.digest;
  } else if (image.tagSuffix) {
    tag += image.tagSuffix;
    digest = "";
  }
  return `${name}${tag === "" ? "" : `:${tag}`}${digest === "" ? "" : `@${digest}`}`;
}

/** The images of every `containers` and `initContainers` list at any depth. */
export function withContainerImages(node: Node, setImage: (node: Node | undefined) => Node | undefined): Node {
  if (isList(node)) {
    let result: Node[] | undefined;
    for (let i = 0; i < node.length; i++) {
      const changed = withContainerImages(node[i]!, setImage);
      if (changed !== node[i]) (result ??= [...node])[i] = changed;
    }
    return result ?? node;
  }
  if (!isMap(node)) return node;
  let result: { [key: string]: Node } | undefined;
  for (const key in node) {
    const child = node[key]!;
    if (typeof child !== "object" || child === null) continue;
    let changed = withContainerImages(child, setImage);
    if ((key === "containers" || key === "initContainers") && isList(changed)) changed = withImages(changed, setImage);
    if (changed !== child) (result ??= { ...node })[key] = changed;
  }
  return result ?? node;
}

function withImages(containers: readonly Node[], setImage: (node: Node | undefined) => Node | undefined): Node {
  let result: Node[] | undefined;
  containers.forEach((container, index) => {
    if (isMissingOrNull(container)) return;
    requireNodeKind(container, "map");
    const image = childOf(container, "image");
    const changed = setImage(image);
    if (changed === image || changed === undefined) return;
    (result ??= [...containers])[index] = { ...(container as NodeMap), image: changed };
  });
  return result ?? containers;
}
