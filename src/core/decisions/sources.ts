import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../manifest/value.js";

/** What an Application renders: one source, or a list. */
export type ApplicationSources =
  | { readonly kind: "single"; readonly source: ValueObject }
  | { readonly kind: "multiple"; readonly sources: readonly ValueObject[] };

/** The effective sources of a spec; a hydrator's synced branch stands for its source (Argo CD). */
export function sourcesOf(spec: ValueObject): ApplicationSources {
  if (isObject(spec.sourceHydrator)) return { kind: "single", source: hydratedSource(spec.sourceHydrator) };
  const sources = listAt(spec, "sources") as readonly ValueObject[];
  return sources.length > 0 ? { kind: "multiple", sources } : { kind: "single", source: objectAt(spec, "source") };
}

function hydratedSource(hydrator: ValueObject): ValueObject {
  const dry = objectAt(hydrator, "drySource");
  const sync = objectAt(hydrator, "syncSource");
  return {
    repoURL: stringAt(sync, "repoURL") || stringAt(dry, "repoURL"),
    path: stringAt(sync, "path"),
    targetRevision: stringAt(sync, "targetBranch"),
  };
}
