import { FleetwrightError, formatError } from "../../core/errors.js";
import type { FleetState } from "../../core/impact/fleet-state.js";
import type { FleetFiles } from "../../core/lint/fleet-files.js";
import { inclusionsOf } from "../../core/lint/rules/unused-overlay.js";
import { isObject, listAt, stringAt } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { renderFromTrees } from "../fleet/render-from-trees.js";

/** Kustomizations and charts that nothing else of the repository uses, rendered by themselves. */
export interface FolderSurvey {
  readonly rendered: number;
  /** They need another repository or a chart, which a scan does not fetch. */
  readonly outside: number;
  readonly failures: readonly { readonly folder: string; readonly error: string }[];
}

/** In place of an address: the tree itself. */
const here = "";
const needsMore = new Set(["IMPACT_REMOTE_BASE", "IMPACT_REPOSITORY"]);

/** What a repository renders beside its Applications: all of it where there are none. Charts with their own values. */
export function surveyFolders(tree: FileTree, files: FleetFiles, state: FleetState): FolderSurvey {
  const render = renderFromTrees();
  const failures: { folder: string; error: string }[] = [];
  let [rendered, outside] = [0, 0];
  for (const folder of foldersAlone(files, state)) {
    const name = folder.slice(folder.lastIndexOf("/") + 1) || "top";
    const source = { repoURL: here, path: folder === "" ? "." : folder };
    const application = { metadata: { name }, spec: { source, destination: { namespace: "default" } } };
    try {
      render(application, (repoURL) => (repoURL === here ? tree : undefined), "--enable-helm");
      rendered++;
    } catch (error) {
      if (!(error instanceof FleetwrightError)) throw error;
      if (needsMore.has(error.code)) outside++;
      else failures.push({ folder: folder || ".", error: formatError(error) });
    }
  }
  return { rendered, outside, failures };
}

function foldersAlone({ kustomizations, paths }: FleetFiles, state: FleetState): readonly string[] {
  const used = new Set<string>();
  for (const { spec, render } of state.applications.values()) {
    for (const source of [spec["source"], ...listAt(spec, "sources")].filter(isObject)) used.add(stringAt(source, "path"));
    for (const [path, id] of render.readSet.files) if (id !== "") used.add(directoryOf(path));
  }
  for (const found of kustomizations) for (const path of inclusionsOf(found)) if (path !== found.directory) used.add(path);
  const charts = paths.filter((path) => /(^|\/)Chart\.yaml$/.test(path)).map(directoryOf);
  const isInside = (chart: string): boolean =>
    charts.some((other) => chart.startsWith(`${other}${other === "" ? "" : "/"}charts/`));
  const readable = new Set(kustomizations.map(({ file }) => file));
  const unreadable = paths.filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path) && !readable.has(path));
  const alone = [
    ...unreadable.map(directoryOf),
    ...kustomizations.filter(({ value }) => value["kind"] !== "Component").map(({ directory }) => directory),
    ...charts.filter((chart) => !isInside(chart)),
  ];
  return [...new Set(alone)].filter((folder) => !used.has(folder)).sort();
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
