import { annotation } from "../model/annotations.js";
import { kustomizeError } from "../model/errors.js";
import { formatId } from "../model/res-id.js";
import { ResMap } from "../model/res-map.js";
import type { Resource } from "../model/resource.js";
import { requireMetadata } from "../tree/documents.js";

/**
 * Drops what is for local use. As in the original each resource must still have a kind, a name and an id of its own, and what is dropped is
 * found by its id, so that another of the same id keeps it.
 */
export function dropLocal(map: ResMap): void {
  const kept = map.resources.filter((resource) => {
    if (!resource.isEmpty) requireMetadata(resource.value, undefined);
    return !isLocal(resource);
  });
  if (kept.length === map.size) return map.requireDistinct();
  new ResMap(kept).requireDistinct();
  const ids = new Set(kept.map(exactId));
  const dropped = map.resources.filter((resource) => !ids.has(exactId(resource)));
  for (const { curId } of dropped)
    if (map.positionsOfCurrent(curId).length > 1)
      throw kustomizeError("KUSTOMIZE_DUPLICATE", `id ${formatId(curId)} not found in removal`);
  map.setAll(map.resources.filter((resource) => ids.has(exactId(resource))));
}

function exactId({ curId: { group, version, kind, name, namespace } }: Resource): string {
  return [group, version, kind, name, namespace].join("|");
}

function isLocal(resource: Resource): boolean {
  const mark = annotation(resource.value, "config.kubernetes.io/local-config");
  return mark !== undefined && mark !== "false";
}
