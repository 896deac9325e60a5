import type { FieldSpec } from "../model/field-spec.js";
import { applyFieldSpecs, setEntry } from "../filters/field-spec.js";
import type { Texts } from "../kustomization/fields.js";
import type { NodeMap } from "../nodes/node.js";
import type { Transformer } from "./transformer.js";
import { compareBytes } from "../model/gvk.js";

/** LabelTransformer: sets labels at field specs (`labels`, `commonLabels`). */
export function labelTransformer(labels: Texts, specs: readonly FieldSpec[]): Transformer {
  return entryTransformer("LabelTransformer", labels, specs);
}

/** AnnotationsTransformer: sets annotations at field specs (`commonAnnotations`). */
export function annotationsTransformer(annotations: Texts, specs: readonly FieldSpec[]): Transformer {
  return entryTransformer("AnnotationsTransformer", annotations, specs);
}

function entryTransformer(kind: string, entries: Texts, specs: readonly FieldSpec[]): Transformer {
  return {
    kind,
    transform(map) {
      map.update((resource) => resource.with(withEntries(resource.value, entries, specs)));
    },
  };
}

export function withEntries(value: NodeMap, entries: Texts, specs: readonly FieldSpec[]): NodeMap {
  let result = value;
  for (const key of Object.keys(entries).sort(compareBytes))
    result = applyFieldSpecs(result, specs, { set: setEntry(key, entries[key]!), createKind: "map" });
  return result;
}
