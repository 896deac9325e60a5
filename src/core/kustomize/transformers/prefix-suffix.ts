import { applyFieldSpec, overwriteScalar } from "../filters/field-spec.js";
import { buildAnnotations, withAppended } from "../model/annotations.js";
import type { FieldSpec } from "../model/field-spec.js";
import { isSelected } from "../model/gvk.js";
import { withStoredId } from "../model/history.js";
import type { Resource } from "../model/resource.js";
import { type Node, textOf } from "../nodes/node.js";
import type { TransformContext, Transformer } from "./transformer.js";

/** PrefixTransformer: puts a text before names (`namePrefix`). */
export function prefixTransformer(prefix: string, specs: readonly FieldSpec[]): Transformer {
  return nameTransformer("PrefixTransformer", prefix, buildAnnotations.prefixes, specs, (name) => prefix + name);
}

/** SuffixTransformer: puts a text after names (`nameSuffix`). */
export function suffixTransformer(suffix: string, specs: readonly FieldSpec[]): Transformer {
  return nameTransformer("SuffixTransformer", suffix, buildAnnotations.suffixes, specs, (name) => name + suffix);
}

/** Kinds whose name is fixed by something else. */
const skipped = [
  { kind: "CustomResourceDefinition" },
  { group: "apiregistration.k8s.io", kind: "APIService" },
  { kind: "Namespace" },
];

function nameTransformer(
  kind: string,
  affix: string,
  note: string,
  specs: readonly FieldSpec[],
  rename: (name: string) => string,
): Transformer {
  const change = (resource: Resource, context: TransformContext): Resource => {
    const id = resource.orgId;
    if (skipped.some((selector) => isSelected(id, selector))) return resource;
    let current = resource;
    for (const spec of specs) {
      if (!isSelected(id, spec)) continue;
      if (spec.path === "metadata/name") {
        current = current.with(withAppended(current.value, { [note]: affix }));
        if (affix !== "") current = withStoredId(current);
      }
      const set = (node: Node | undefined): Node => {
        context.touched?.(resource, spec.path);
        return overwriteScalar(node, "", rename(textOf(node)));
      };
      current = current.with(applyFieldSpec(current.value, spec, { set, createKind: "scalar" }));
    }
    return current;
  };
  return { kind, transform: (map, context) => map.update((resource) => change(resource, context)) };
}
