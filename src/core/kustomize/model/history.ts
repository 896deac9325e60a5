import { buildAnnotations, withAppended } from "./annotations.js";
import { effectiveNamespace } from "./res-id.js";
import type { Resource } from "./resource.js";

/** The resource with its present id noted as a former one. */
export function withStoredId(resource: Resource): Resource {
  const id = resource.curId;
  return resource.with(
    withAppended(resource.value, {
      [buildAnnotations.previousNames]: id.name,
      [buildAnnotations.previousNamespaces]: effectiveNamespace(id),
      [buildAnnotations.previousKinds]: id.kind,
    }),
  );
}
