import { crdOf, kinds } from "../applicationset/admission/crd.js";
import { crdResources, sourceOf } from "../manifest/schema/crd.js";
import type { ResourceSchema, SchemaSource } from "../manifest/schema/schema.js";
import { isObject, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { parseYamlDocuments } from "../yaml/parse.js";
import type { LintedFleet } from "./rule.js";

const known = new WeakMap<LintedFleet["files"], SchemaSource>();

/** Kinds of the CustomResourceDefinitions that the tree holds or the fleet renders, and Argo CD's own. */
export function schemasOfTree({ files, state }: LintedFleet): SchemaSource {
  const found = known.get(files);
  if (found) return found;
  const resources: ResourceSchema[] = kinds.flatMap((kind) => crdResources(crdOf(kind) as ValueObject));
  for (const { render } of state.applications.values())
    for (const manifest of render.manifests)
      if (manifest.kind === "CustomResourceDefinition") resources.push(...readable(manifest as unknown as ValueObject));
  for (const path of files.paths) {
    if (!/\.(ya?ml|json)$/.test(path)) continue;
    const text = files.text(path);
    if (!text?.includes("CustomResourceDefinition") || !text.includes("apiextensions.k8s.io/v1")) continue;
    for (const document of documentsOf(text, path)) {
      const items =
        isObject(document) && stringAt(document, "kind") === "List" ? (document["items"] as readonly Value[]) : [document];
      for (const item of items ?? [])
        if (isObject(item) && stringAt(item, "kind") === "CustomResourceDefinition") resources.push(...readable(item));
    }
  }
  const source = sourceOf(resources);
  known.set(files, source);
  return source;
}

function readable(crd: ValueObject): readonly ResourceSchema[] {
  try {
    return crdResources(crd);
  } catch {
    // Not a CRD that a cluster would take: render and schema rules tell of it where it is used.
    return [];
  }
}

function documentsOf(text: string, file: string): readonly Value[] {
  try {
    return parseYamlDocuments(text, { dialect: "kubernetes", file });
  } catch {
    return [];
  }
}
