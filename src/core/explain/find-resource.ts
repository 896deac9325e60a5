import { utf8DecodeLossy } from "../../platform/bytes.js";
import { stripGeneratedHash } from "../impact/generated-name.js";
import type { KubernetesObject } from "../manifest/object.js";
import { isObject, objectAt, stringAt } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { locate } from "../yaml/locate.js";
import { parseYamlDocuments } from "../yaml/parse.js";
import { kustomizationLevels } from "./levels.js";

/** Finds `KIND/NAME`, with or without the hash of a generated name. */
export function findResource(manifests: readonly KubernetesObject[], resource: string): KubernetesObject | undefined {
  const [kind = "", name = ""] = resource.split("/");
  const ofKind = resourcesOfKind(manifests, kind);
  return (
    ofKind.find((manifest) => manifest.metadata.name === name) ??
    ofKind.find((manifest) => stripGeneratedHash(manifest.metadata.name) === stripGeneratedHash(name))
  );
}

/** All of a kind, in whatever case it is written. */
export function resourcesOfKind(manifests: readonly KubernetesObject[], kind: string): readonly KubernetesObject[] {
  return manifests.filter((manifest) => manifest.kind.toLowerCase() === kind.toLowerCase());
}

/** Finds the same resource in another render, though its name may have changed there: then by its place among those of its kind. */
export function sameResource(
  wanted: KubernetesObject,
  among: readonly KubernetesObject[],
): (manifests: readonly KubernetesObject[]) => KubernetesObject | undefined {
  const { kind, metadata } = wanted;
  const index = among.filter((manifest) => manifest.kind === kind).indexOf(wanted);
  return (manifests) => {
    const ofKind = manifests.filter((manifest) => manifest.kind === kind);
    const named = ofKind.filter((manifest) => stripGeneratedHash(manifest.metadata.name) === stripGeneratedHash(metadata.name));
    return (
      named.find((manifest) => manifest.metadata.namespace === metadata.namespace) ??
      named[0] ??
      (ofKind.length === among.filter((manifest) => manifest.kind === kind).length ? ofKind[index] : undefined)
    );
  };
}

export interface ResourceFile {
  readonly file: string;
  readonly line: number;
}

/**
 * The file that a resource was written in: a document of its kind whose name its own begins or ends with, or else the generator of that name.
 * Undefined for what no such document stands for (a chart's templates).
 */
export function resourceFile(
  resource: KubernetesObject,
  files: readonly string[],
  tree: FileTree,
  directory: string,
): ResourceFile | undefined {
  const patches = patchFiles(tree, directory);
  let best: (ResourceFile & { readonly length: number }) | undefined;
  for (const file of files) {
    const bytes = tree.read(file)?.bytes;
    if (!bytes || patches.has(file)) continue;
    const text = utf8DecodeLossy(bytes);
    for (const { kind, name, path, document } of namesIn(text, file)) {
      if (kind !== resource.kind || !resource.metadata.name.includes(name) || (best && best.length >= name.length)) continue;
      const line = locate(text, path, { file, document })?.line ?? 1;
      best = { file, line, length: name.length };
    }
  }
  return best && { file: best.file, line: best.line };
}

interface Named {
  readonly kind: string;
  readonly name: string;
  readonly path: readonly (string | number)[];
  readonly document: number;
}

function namesIn(text: string, file: string): readonly Named[] {
  const found: Named[] = [];
  try {
    for (const [document, value] of parseYamlDocuments(text, { dialect: "kubernetes", file }).entries()) {
      if (!isObject(value)) continue;
      const name = stringAt(objectAt(value, "metadata"), "name");
      if (name !== "") found.push({ kind: stringAt(value, "kind"), name, path: ["metadata", "name"], document });
      for (const [field, kind] of [
        ["configMapGenerator", "ConfigMap"],
        ["secretGenerator", "Secret"],
      ] as const) {
        const list = value[field];
        if (!Array.isArray(list)) continue;
        for (const [index, entry] of list.entries())
          if (isObject(entry) && entry["behavior"] !== "merge" && entry["behavior"] !== "replace")
            found.push({ kind, name: stringAt(entry, "name"), path: [field, index], document });
      }
    }
  } catch {
    // A template or no YAML at all: nothing is named in it.
  }
  return found;
}

function patchFiles(tree: FileTree, directory: string): ReadonlySet<string> {
  return new Set(
    kustomizationLevels(tree, directory).flatMap(({ entries }) =>
      entries.flatMap(({ field, files }) => (field.startsWith("patches") ? files : [])),
    ),
  );
}
