import { applyFieldSpecs, setEntry } from "../filters/field-spec.js";
import type { Texts } from "../kustomization/fields.js";
import type { FieldSpec } from "../model/field-spec.js";
import { compareBytes } from "../model/gvk.js";
import { type NodeMap, SharedText } from "../nodes/node.js";
import { noteMadeKeys } from "../nodes/text-key.js";
import type { Transformer } from "./transformer.js";

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
    transform(map, context) {
      map.update((resource) => {
        const touched = (key: string): void => context.touched?.(resource, `entry ${key}=${entries[key]}`);
        const { value, isShared } = withEntries(resource.value, entries, specs, noteMadeKeys, touched);
        const changed = resource.with(value);
        return isShared ? changed.withAliases() : changed;
      });
    },
  };
}

/**
 * The entries at every spec; `isShared` where one text was put into several places. `onMade` hears of every map that has new keys, `onTouched` of every
 * key that is set.
 */
export function withEntries(
  value: NodeMap,
  entries: Texts,
  specs: readonly FieldSpec[],
  onMade?: (map: NodeMap, keys: readonly string[]) => void,
  onTouched?: (key: string) => void,
): { readonly value: NodeMap; readonly isShared: boolean } {
  let result = value;
  let isShared = false;
  for (const key of Object.keys(entries).sort(compareBytes)) {
    let places = 0;
    const made = (map: NodeMap): void => {
      places += 1;
      onMade?.(map, [key]);
    };
    const set = setEntry(key, new SharedText(entries[key]!), made, () => onTouched?.(key));
    result = applyFieldSpecs(result, specs, { set, createKind: "map" });
    if (places > 1) isShared = true;
  }
  return { value: result, isShared };
}
