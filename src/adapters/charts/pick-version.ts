import { InputError } from "../../core/errors.js";
import { parseConstraint, satisfies } from "../../core/semver/constraint.js";
import { compareVersions, type Version, versionOf } from "../../core/semver/version.js";

/** The very version asked for, else the highest one in the range; "" means the newest release. */
export function pickVersion(versions: readonly string[], revision: string, chart: string): string {
  if (versions.includes(revision)) return revision;
  const parsed = parseConstraint(revision === "" ? "*" : revision);
  if ("error" in parsed)
    throw new InputError(`chart ${chart}: ${JSON.stringify(revision)}: ${parsed.error}`, { code: "CHART_VERSION" });
  let best: Version | undefined;
  for (const text of versions) {
    const version = versionOf(text);
    if (version === undefined || !satisfies(version, parsed.constraint)) continue;
    if (best === undefined || compareVersions(version, best) > 0) best = version;
  }
  if (best === undefined)
    throw new InputError(`chart ${chart} has no version ${JSON.stringify(revision)}`, {
      code: "CHART_VERSION",
      hint: versions.length === 0 ? "the repository has no such chart" : `there are ${versions.slice(0, 5).join(", ")}`,
    });
  return best.original;
}
