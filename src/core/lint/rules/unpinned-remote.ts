import type { Location } from "../../errors.js";
import { parseRepoSpec } from "../../kustomize/tree/repo-spec.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../manifest/value.js";
import type { KustomizationFile } from "../fleet-files.js";
import type { Finding, LintedFleet, Rule } from "../rule.js";

/** Remote bases and files without a fixed revision, charts without a fixed version: the same commit may render otherwise tomorrow. */
export const unpinnedRemote: Rule = {
  id: "unpinned-remote",
  severity: "warning",
  summary: "A remote base, file or chart without a fixed revision or version.",
  check: (fleet) => [
    ...fleet.files.kustomizations.flatMap((found) => [...remoteEntries(found, fleet), ...chartEntries(found, fleet)]),
    ...chartSources(fleet),
  ],
};

function remoteEntries({ file, value }: KustomizationFile, { files, tree }: LintedFleet): readonly Finding[] {
  const directory = file.slice(0, Math.max(0, file.lastIndexOf("/") + 1));
  return ["resources", "bases", "components", "generators", "transformers", "validators", "crds"].flatMap((field) =>
    listAt(value, field).flatMap((entry, index) => {
      if (typeof entry !== "string" || entry.includes("\n") || tree.kind(directory + entry) !== undefined) return [];
      const why = unpinned(entry);
      if (why === undefined) return [];
      return [{ location: files.place(file, [field, index], { dialect: "kustomize" }), message: `${entry} ${why}` }];
    }),
  );
}

/** Why a URL may lead to other content tomorrow; undefined where it may not, or is none. */
function unpinned(url: string): string | undefined {
  if (/^https?:\/\/.*\.(ya?ml|json)(\?.*)?$/i.test(url)) {
    // A version or a commit in the path is what a file can be pinned by.
    return url.split(/[/?#=]/).some(isFixed) ? undefined : "names no version of the file";
  }
  const repo = parseRepoSpec(url);
  if (!repo) return undefined;
  if (repo.ref === "") return "names no revision: add ?ref= with a tag or commit";
  return isFixed(repo.ref.replace(/^refs\/tags\//, "")) || repo.ref.startsWith("refs/tags/")
    ? undefined
    : `names ${repo.ref}, which may move: use a tag with a version or a commit`;
}

/** A commit, or a name with a version in it. */
function isFixed(ref: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(ref) || /(^|[^0-9])v?\d+\.\d+/.test(ref) || /^v\d+$/.test(ref);
}

function chartEntries({ file, value }: KustomizationFile, { files }: LintedFleet): readonly Finding[] {
  return listAt(value, "helmCharts").flatMap((chart, index) => {
    if (!isObject(chart) || stringAt(chart, "repo") === "") return [];
    const why = unpinnedVersion(chart["version"]);
    const place = (): Location => files.place(file, ["helmCharts", index, "version"], { dialect: "kustomize" });
    return why === undefined ? [] : [{ location: place(), message: `chart ${stringAt(chart, "name")} ${why}` }];
  });
}

/** Sources of written Applications, and of the templates of sets where the version is no parameter. */
function chartSources({ files }: LintedFleet): readonly Finding[] {
  return files.resources.flatMap((found) => {
    if (found.kind !== "application" && found.kind !== "applicationSet") return [];
    const path = found.kind === "application" ? ["spec"] : ["spec", "template", "spec"];
    let spec: ValueObject = found.value;
    for (const step of path) spec = objectAt(spec, step);
    const sources = [
      { at: ["source"] as readonly (string | number)[], source: objectAt(spec, "source") },
      ...listAt(spec, "sources").map((source, index) => ({
        at: ["sources", index] as readonly (string | number)[],
        source: isObject(source) ? source : {},
      })),
    ];
    return sources.flatMap(({ at, source }) => {
      const chart = stringAt(source, "chart");
      const why = chart === "" ? undefined : unpinnedVersion(source["targetRevision"]);
      if (why === undefined) return [];
      const location = files.place(found.file, [...path, ...at, "targetRevision"], { document: found.document });
      return [{ location, message: `chart ${chart} ${why}` }];
    });
  });
}

function unpinnedVersion(version: unknown): string | undefined {
  const text = version === undefined || version === null ? "" : String(version).trim();
  if (text === "" || text === "HEAD" || text === "latest") return "names no version";
  if (text.includes("{{")) return undefined;
  return /^v?\d+\.\d+(\.\d+)?([-+][0-9A-Za-z.+-]*)?$/.test(text) || /^sha256:/.test(text)
    ? undefined
    : `takes any version of "${text}": name one`;
}
