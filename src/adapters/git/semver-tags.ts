import { parseConstraint, satisfies } from "../../core/semver/constraint.js";
import { compareVersions, type Version, versionOf } from "../../core/semver/version.js";
import type { BestVersion } from "./revision.js";

/** The highest tag that a version range (Masterminds' dialect) allows; undefined where the text is no range or no tag fits. */
export const bestVersion: BestVersion = (text, tags) => {
  const constraint = parseConstraint(text);
  if ("error" in constraint) return undefined;
  let best: { readonly tag: string; readonly version: Version } | undefined;
  for (const tag of tags) {
    const version = versionOf(tag);
    if (version === undefined || !satisfies(version, constraint.constraint)) continue;
    if (best === undefined || compareVersions(version, best.version) > 0) best = { tag, version };
  }
  return best?.tag;
};
