import { valuesEqual } from "../manifest/equal.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asValue } from "../manifest/object.js";
import type { IgnoreDifference, ResourceOverride } from "./ignore-rules.js";
import { compileIgnoreRules } from "./ignore-rules.js";

/** `ignoreResourceUpdates` of one kind, beside its comparison rules. */
export interface UpdateOverride extends ResourceOverride {
  readonly ignoreResourceUpdates?: Omit<IgnoreDifference, "group" | "kind" | "name" | "namespace"> | null;
}

/** Whether a change of a live object matters: health and what the rules leave of the manifest. */
export type UpdateFilter = (before: KubernetesObject, after: KubernetesObject) => boolean;

// What changes with every write says nothing.
const always = ["/metadata/resourceVersion", "/metadata/generation", "/metadata/managedFields"];

/**
 * Compiles `resource.customizations.ignoreResourceUpdates`; with `ignoreDifferencesOnResourceUpdates` (the default) the
 * comparison's own rules count as well. Throws InputError JQ_*.
 */
export function compileUpdateFilter(
  overrides: ReadonlyMap<string, UpdateOverride>,
  options: { readonly ignoreDifferencesOnResourceUpdates?: boolean } = {},
): UpdateFilter {
  const isShared = options.ignoreDifferencesOnResourceUpdates ?? true;
  const rules = new Map<string, ResourceOverride>();
  for (const [key, override] of overrides) {
    const sources = [override.ignoreResourceUpdates, ...(isShared ? [override.ignoreDifferences] : [])];
    const jsonPointers = sources.flatMap((source) => source?.jsonPointers ?? []);
    const jqPathExpressions = sources.flatMap((source) => source?.jqPathExpressions ?? []);
    rules.set(key, { ignoreDifferences: { jsonPointers, jqPathExpressions } });
  }
  const every = rules.get("*/*")?.ignoreDifferences;
  rules.set("*/*", { ignoreDifferences: { ...every, jsonPointers: [...(every?.jsonPointers ?? []), ...always] } });
  const { remove } = compileIgnoreRules([], rules, {});
  return (before, after) => !valuesEqual(asValue(remove(before)), asValue(remove(after)));
}
