import { applyFieldSpec, overwriteScalar } from "../filters/field-spec.js";
import type { ReplicaArgs } from "../kustomization/fields.js";
import { kustomizeError } from "../model/errors.js";
import type { FieldSpec } from "../model/field-spec.js";
import { formatGvk, isSelected } from "../model/gvk.js";
import type { Resource } from "../model/resource.js";
import type { Node } from "../nodes/node.js";
import type { Transformer } from "./transformer.js";

/** ReplicaCountTransformer: sets the count of workloads by any of their names (`replicas`). */
export function replicaCountTransformer(replica: ReplicaArgs, specs: readonly FieldSpec[]): Transformer {
  const name = replica.name ?? "";
  const count = String(replica.count ?? 0);
  return {
    kind: "ReplicaCountTransformer",
    transform(map, context) {
      let isFound = false;
      const hadName = map.resources.map((resource) => !resource.isEmpty && resource.ids.some((id) => id.name === name));
      for (const spec of specs) {
        const matches = (resource: Resource): boolean => resource.ids.some((id) => id.name === name && isSelected(id, spec));
        map.update((resource, position) => {
          if (!hadName[position] || !matches(resource)) return resource;
          isFound = true;
          const set = (node: Node | undefined): Node => {
            context.touched?.(resource, spec.path);
            return overwriteScalar(node, "!!int", count);
          };
          return resource.with(applyFieldSpec(resource.value, spec, { set, createKind: "scalar" }));
        });
      }
      if (isFound) return;
      const kinds = specs.map(formatGvk).join(" ");
      throw kustomizeError(
        "KUSTOMIZE_RESOURCE",
        `resource with name ${name} does not match a config with the following GVK [${kinds}]`,
      );
    },
  };
}
