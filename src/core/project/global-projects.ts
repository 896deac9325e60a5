import { compileLabelSelector } from "../applicationset/selector.js";
import { isObject, objectAt, stringAt, type Value } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";
import type { AppProject, ProjectSpec } from "./app-project.js";

/** An entry of argocd-cm's `globalProjects`: projects with these labels inherit what `projectName` says. */
export interface GlobalProject {
  readonly projectName: string;
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean;
}

/** Reads argocd-cm's `globalProjects`. A text that cannot be read names none; a bad selector ends the list there (Argo CD). */
export function readGlobalProjects(text: string | undefined): readonly GlobalProject[] {
  const globals: GlobalProject[] = [];
  try {
    const value: Value = text ? parseYaml(text, { dialect: "kubernetes" }) : [];
    for (const entry of Array.isArray(value) ? value.filter(isObject) : [])
      globals.push({
        projectName: stringAt(entry, "projectName"),
        matches: compileLabelSelector(objectAt(entry, "labelSelector")),
      });
  } catch {
    // Those before it hold.
  }
  return globals;
}

/** Names of the projects that a project inherits from, in order; never itself. */
export function globalProjectsOf(
  project: { readonly name: string; readonly labels?: Readonly<Record<string, string>> | undefined },
  globals: readonly GlobalProject[],
): readonly string[] {
  return globals
    .filter(({ projectName, matches }) => projectName !== project.name && matches(project.labels ?? {}))
    .map(({ projectName }) => projectName);
}

const inherited = [
  "clusterResourceWhitelist",
  "clusterResourceBlacklist",
  "namespaceResourceWhitelist",
  "namespaceResourceBlacklist",
  "syncWindows",
  "sourceRepos",
  "destinations",
  "destinationServiceAccounts",
] as const;

/** A project with the lists of its global projects appended; roles and orphan rules stay its own. */
export function withGlobalProjects(project: AppProject, globals: readonly AppProject[]): AppProject {
  if (globals.length === 0) return project;
  const spec: { -readonly [Field in keyof ProjectSpec]: ProjectSpec[Field] } = { ...project.spec };
  for (const global of globals) for (const field of inherited) append(spec, field, global.spec ?? {});
  return { ...project, spec };
}

function append(spec: { [field: string]: unknown }, field: (typeof inherited)[number], from: ProjectSpec): void {
  // No list on either side stays no list: an empty one of namespaced kinds would permit none.
  if (from[field]) spec[field] = [...((spec[field] as readonly unknown[] | undefined) ?? []), ...from[field]];
}
