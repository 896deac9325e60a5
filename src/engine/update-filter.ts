import { compileUpdateFilter, type UpdateFilter } from "../core/diff/resource-updates.js";
import type { Assessment } from "../core/health/assess.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { isObject } from "../core/manifest/value.js";
import { parseYaml } from "../core/yaml/parse.js";
import { resourceOverrides } from "./differ.js";
import type { InformerChange } from "./informer.js";
import { sameValue } from "./merge-patch.js";

/**
 * Whether a change of a live object makes its Applications be looked at (argocd-cm's `ignoreResourceUpdates`): one that changes only
 * ignored fields does not, unless the object's health changed with them.
 */
export function updateFilter(
  data: Readonly<Record<string, string>>,
  assess: (object: KubernetesObject) => Assessment,
): (change: InformerChange) => boolean {
  if (data["resource.ignoreResourceUpdatesEnabled"] === "false") return () => true;
  let matters: UpdateFilter;
  try {
    matters = compileUpdateFilter(resourceOverrides(data), { ignoreDifferencesOnResourceUpdates: sharesRules(data) });
  } catch {
    // A rule that cannot be read ignores nothing.
    return () => true;
  }
  return ({ before, after }) => {
    if (before === undefined || after === undefined) return true;
    if (before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp) return true;
    return matters(before, after) || !sameValue(assess(before).health, assess(after).health);
  };
}

function sharesRules(data: Readonly<Record<string, string>>): boolean {
  try {
    const options = parseYaml(data["resource.compareoptions"] ?? "", { dialect: "kubernetes" });
    return !(isObject(options) && options["ignoreDifferencesOnResourceUpdates"] === false);
  } catch {
    return true;
  }
}
