import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../manifest/value.js";
import { joinInside } from "../../render/memory-tree.js";
import type { KustomizationFile } from "../fleet-files.js";
import type { Finding, LintedFleet, Rule } from "../rule.js";

/** Kustomizations that no Application renders, nor anything that one renders. Where there are no Applications nothing is said. */
export const unusedOverlay: Rule = {
  id: "unused-overlay",
  severity: "warning",
  summary: "A kustomization that no Application uses.",
  check(fleet) {
    const { files, state } = fleet;
    if (state.applications.size === 0) return [];
    const byDirectory = new Map(files.kustomizations.map((found) => [found.directory, found]));
    const used = usedDirectories(fleet, byDirectory);
    const unused = files.kustomizations.filter(({ directory }) => !used.has(directory));
    // What only unused ones include goes with them: the outermost are told.
    const included = new Set(unused.flatMap((found) => inclusionsOf(found).filter((path) => path !== found.directory)));
    return unused
      .filter(({ directory }) => !included.has(directory))
      .map((found): Finding => ({ location: { file: found.file, line: 1, column: 1 }, message: messageFor(found, fleet) }));
  },
};

function messageFor({ directory, value }: KustomizationFile, { files }: LintedFleet): string {
  const what = value["kind"] === "Component" ? "component" : "overlay";
  const excluding = files.resources.find(
    (found) => found.kind === "applicationSet" && excludedPaths(found.value).includes(directory),
  );
  const why =
    excluding?.kind === "applicationSet"
      ? `; ApplicationSet ${stringAt(objectAt(excluding.value, "metadata"), "name")} excludes it`
      : "";
  return `no Application uses the ${what} ${directory === "" ? "at the top" : directory}${why}`;
}

function excludedPaths(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(excludedPaths);
  if (!isObject(value)) return [];
  if (value["exclude"] === true && typeof value["path"] === "string") return [value["path"]];
  return Object.values(value).flatMap(excludedPaths);
}

function usedDirectories(
  { files, state }: LintedFleet,
  byDirectory: ReadonlyMap<string, KustomizationFile>,
): ReadonlySet<string> {
  const used = new Set<string>();
  const use = (directory: string): void => {
    if (used.has(directory)) return;
    used.add(directory);
    const found = byDirectory.get(directory);
    // Also followed by its text: a build that failed has read a part only.
    if (found) for (const path of inclusionsOf(found)) use(path);
  };
  for (const { spec, render } of state.applications.values()) {
    for (const source of sourcesOf(spec)) use(joinInside(stringAt(source, "path")) ?? "");
    for (const [path, id] of render.readSet.files) if (id !== "") use(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  }
  // Applications that do not count, and those that sets would make if they could, have the benefit of the doubt.
  for (const found of files.resources) {
    if (found.kind === "application")
      for (const source of sourcesOf(objectAt(found.value, "spec"))) use(joinInside(stringAt(source, "path")) ?? "");
    if (found.kind !== "applicationSet") continue;
    const metadata = objectAt(found.value, "metadata");
    const set = state.applicationSets.get(`${stringAt(metadata, "namespace") || "argocd"}/${stringAt(metadata, "name")}`);
    if (set && set.errors.length === 0) continue;
    for (const source of sourcesOf(objectAt(objectAt(objectAt(found.value, "spec"), "template"), "spec"))) {
      const pattern = templatePattern(stringAt(source, "path"));
      for (const directory of byDirectory.keys()) if (pattern.test(directory)) use(directory);
    }
  }
  return used;
}

function sourcesOf(spec: ValueObject): readonly ValueObject[] {
  return [spec["source"], ...listAt(spec, "sources"), objectAt(spec, "sourceHydrator")["drySource"]].filter(isObject);
}

/** `apps/{{.name}}/overlays/{{.env}}` with anything in place of what a template says. */
function templatePattern(path: string): RegExp {
  const parts = path.split(/\{\{.*?\}\}/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

const fields = ["resources", "bases", "components", "generators", "transformers", "validators", "configurations"] as const;

/** Directories that a kustomization names, and those of the files that it names. */
export function inclusionsOf({ directory, value }: KustomizationFile): readonly string[] {
  return fields
    .flatMap((field) => listAt(value, field))
    .flatMap((entry) => {
      const path = typeof entry === "string" && !entry.includes("\n") ? joinInside(`${directory}/${entry}`) : undefined;
      return path === undefined ? [] : [path];
    });
}
