import type { FileTree } from "../render/file-tree.js";
import { joinInside } from "../render/memory-tree.js";
import type { Chart, Dependency } from "./chart.js";
import { isCompatible } from "./dependencies.js";
import { helmError } from "./failure.js";
import { lockOf } from "./lock.js";

/** A chart of a repository that another one depends on. */
export interface ChartNeed {
  readonly key: string;
  readonly repoURL: string;
  readonly chart: string;
  /** The locked version, or the range of Chart.yaml. */
  readonly revision: string;
}

export interface DependencySources {
  /** Folder of the chart in the tree; `file://` dependencies are relative to it. */
  readonly directory: string;
  readonly loadFolder: (path: string) => Chart;
  /** Trees of charts fetched for earlier needs, by key. */
  readonly fetched: ReadonlyMap<string, FileTree>;
  readonly loadFetched: (tree: FileTree) => Chart;
}

export type Completed =
  | { readonly kind: "complete"; readonly chart: Chart }
  | { readonly kind: "needs"; readonly needs: readonly ChartNeed[] };

/**
 * `helm dependency build` in process: the dependencies of Chart.yaml that are not in charts/, at the versions of Chart.lock where there
 * is one. Throws HELM_DEPENDENCIES.
 */
export function completeChart(chart: Chart, sources: DependencySources): Completed {
  const present = new Set(chart.dependencies.map((child) => child.metadata.name));
  const missing = chart.metadata.dependencies.filter(({ name, repository }) => !present.has(name) && repository !== "");
  if (missing.length === 0) return { kind: "complete", chart };
  const locked = lockOf(chart);
  const children: Chart[] = [];
  const needs: ChartNeed[] = [];
  for (const dependency of missing) {
    const { name, repository } = dependency;
    const revision = locked?.dependencies.find((entry) => entry.name === name)?.version ?? dependency.version;
    if (repository.startsWith("file://")) {
      children.push(localChart(dependency, sources));
      continue;
    }
    const need = { key: `chart ${repository} ${name} ${revision}`, repoURL: urlOf(dependency), chart: name, revision };
    const tree = sources.fetched.get(need.key);
    if (tree === undefined) needs.push(need);
    else children.push(sources.loadFetched(tree));
  }
  if (needs.length > 0) return { kind: "needs", needs };
  return { kind: "complete", chart: { ...chart, dependencies: [...chart.dependencies, ...children] } };
}

function localChart({ name, version, repository }: Dependency, sources: DependencySources): Chart {
  const path = joinInside(`${sources.directory}/${repository.slice("file://".length)}`);
  if (path === undefined || repository.startsWith("file:///"))
    throw refused(`the dependency ${name} at ${repository} lies outside the repository`);
  const chart = sources.loadFolder(path);
  if (!isCompatible(version, chart.metadata.version)) throw refused(`can't get a valid version for dependency ${name}`);
  return chart;
}

function urlOf({ name, repository }: Dependency): string {
  if (/^(https?|oci):\/\//.test(repository)) return repository;
  throw refused(`no repository definition for ${repository}, from which ${name} comes: name its URL`);
}

function refused(message: string): ReturnType<typeof helmError> {
  return helmError(message, { code: "HELM_DEPENDENCIES", file: "Chart.yaml" });
}
