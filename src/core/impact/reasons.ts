import { utf8Decode } from "../../platform/bytes.js";
import type { Origin } from "../applicationset/index.js";
import { isObject, listAt, objectAt, stringAt, type Value } from "../manifest/value.js";
import { once } from "../once.js";
import type { FileTree } from "../render/file-tree.js";
import { joinInside } from "../render/memory-tree.js";
import type { ReadSet } from "../render/recording-tree.js";
import { parseYaml } from "../yaml/parse.js";
import { findResources } from "./discover.js";
import type { ApplicationChange } from "./fleet-diff.js";
import type { FleetApplication, FleetApplicationSet, FleetState } from "./fleet-state.js";
import type { ApplicationSetChange } from "./set-diff.js";

/** Why an Application is touched: a changed file, and the folders or resources through which it is reached, the nearest to the file first. */
export interface Reason {
  readonly path: string;
  readonly through: readonly string[];
}

export interface ReasonContext {
  readonly changedPaths: readonly string[];
  readonly before: FleetState;
  readonly after: FleetState;
  /** Trees for following overlays to their bases. */
  readonly treeBefore: FileTree;
  readonly treeAfter: FileTree;
}

/** The changed files behind each change of `changes`, by Application key. */
export function findReasons(
  changes: readonly ApplicationChange[],
  context: ReasonContext,
): ReadonlyMap<string, readonly Reason[]> {
  const graphs = { before: new OverlayGraph(context.treeBefore), after: new OverlayGraph(context.treeAfter) };
  const reasons = new Map<string, readonly Reason[]>();
  // Only a path that appears or vanishes changes the listing of its folder.
  const listed = new Set(context.changedPaths.filter((path) => context.treeBefore.kind(path) !== context.treeAfter.kind(path)));
  const settings = once(() => context.changedPaths.filter((path) => isSettings(path, context)).map(reasonOfSettings));
  for (const change of changes) {
    const found = new Map<string, Reason>();
    for (const path of context.changedPaths) {
      const reason =
        reasonOf(path, change.after, context.after, graphs.after, listed) ??
        reasonOf(path, change.before, context.before, graphs.before, listed);
      if (reason) found.set(path, reason);
    }
    // What no file of its own explains, the settings that all share do.
    reasons.set(change.key, found.size > 0 ? [...found.values()] : settings());
  }
  return reasons;
}

/** The configuration, or a file that holds Kustomize's build options at one of the two trees. */
function isSettings(path: string, { treeBefore, treeAfter }: ReasonContext): boolean {
  if (path === "fleetwright.yaml") return true;
  return [treeBefore, treeAfter].some((tree) => {
    const file = tree.read(path);
    return file !== undefined && findResources(path, file).resources.some(({ kind }) => kind === "settings");
  });
}

function reasonOfSettings(path: string): Reason {
  return { path, through: [] };
}

/** The changed files behind each change of `changes`, by the set's key. */
export function findSetReasons(
  changes: readonly ApplicationSetChange[],
  { changedPaths, treeBefore, treeAfter, ...states }: ReasonContext,
): ReadonlyMap<string, readonly Reason[]> {
  const listed = new Set(changedPaths.filter((path) => treeBefore.kind(path) !== treeAfter.kind(path)));
  const throughOf = (path: string, set: FleetApplicationSet | undefined, state: FleetState): readonly string[] | undefined => {
    if (!set) return undefined;
    if (set.file === path) return [];
    const generators = new Set(
      set.applications
        .flatMap((key) => {
          const origin = state.applications.get(key)?.origin;
          return origin?.kind === "applicationSet" ? origin.origins.filter((entry) => isMadeBy(entry, path, state)) : [];
        })
        .map(({ generator }) => generator),
    );
    return generators.size > 0 || hasRead(set.readSet, path, listed) ? [...generators].slice(0, 1) : undefined;
  };
  return new Map(
    changes.map((change) => [
      change.key,
      changedPaths.flatMap((path) => {
        const through = throughOf(path, change.after, states.after) ?? throughOf(path, change.before, states.before);
        return through ? [{ path, through }] : [];
      }),
    ]),
  );
}

/** Whether a file made parameters: itself, as a part of a directory, or as a cluster. */
function isMadeBy(entry: Origin, path: string, state: FleetState): boolean {
  if (entry.cluster !== undefined && state.clusterFiles.get(entry.cluster) === path) return true;
  return entry.file !== undefined && (entry.file === path || path.startsWith(`${entry.file}/`));
}

function reasonOf(
  path: string,
  application: FleetApplication | undefined,
  state: FleetState,
  graph: OverlayGraph,
  listed: ReadonlySet<string>,
): Reason | undefined {
  if (!application) return undefined;
  if (hasRead(application.render.readSet, path, listed)) {
    const sources = sourcePathsOf(application);
    for (const source of sources) {
      const chain = graph.chain(source, path);
      if (chain) return { path, through: chain };
    }
    return { path, through: sources };
  }
  const { origin } = application;
  if (origin.file === path)
    return { path, through: origin.kind === "applicationSet" ? [`ApplicationSet ${origin.applicationSet}`] : [] };
  if (origin.kind !== "applicationSet") return undefined;
  const set = state.applicationSets.get(origin.applicationSet);
  // A file that made the parameters is named by its element; a listing by the generator.
  const isOwn = origin.origins.some((entry) => isMadeBy(entry, path, state));
  const isFileRead = set?.readSet.files.has(path) === true;
  if (isOwn || (set && !isFileRead && hasRead(set.readSet, path, listed)))
    return { path, through: [origin.generator, `ApplicationSet ${origin.applicationSet}`] };
  return undefined;
}

function hasRead(readSet: ReadSet, path: string, listed: ReadonlySet<string>): boolean {
  if (readSet.files.has(path) || readSet.kinds.has(path)) return true;
  return listed.has(path) && readSet.listings.has(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
}

function sourcePathsOf(application: FleetApplication): readonly string[] {
  const sources = [...listAt(application.spec, "sources"), objectAt(application.spec, "source")].filter(isObject);
  return sources.map((source) => joinInside(stringAt(source, "path")) ?? "").filter((path) => path !== "");
}

/** Which folders a kustomization includes; read once for each folder. */
class OverlayGraph {
  readonly #tree: FileTree;
  readonly #included = new Map<string, readonly string[]>();

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /** Folders from the one that holds `file` up to `from`; undefined where the file is in none of them. */
  chain(from: string, file: string): readonly string[] | undefined {
    const parents = new Map<string, string | undefined>([[from, undefined]]);
    const queue = [from];
    let best: string | undefined;
    for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
      if (file.startsWith(`${directory}/`) && (best === undefined || directory.length > best.length)) best = directory;
      for (const next of this.#inclusions(directory)) {
        if (parents.has(next)) continue;
        parents.set(next, directory);
        queue.push(next);
      }
    }
    if (best === undefined) return undefined;
    const chain: string[] = [];
    for (let at: string | undefined = best; at !== undefined; at = parents.get(at)) chain.push(at);
    return chain;
  }

  #inclusions(directory: string): readonly string[] {
    const known = this.#included.get(directory);
    if (known) return known;
    const found = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
      .map((name) => this.#tree.read(`${directory}/${name}`))
      .find((file) => file !== undefined);
    const entries = found ? inclusionsOf(utf8Decode(found.bytes) ?? "") : [];
    const folders = entries
      .map((entry) => joinInside(`${directory}/${entry}`))
      .filter((path): path is string => path !== undefined && this.#tree.kind(path) === "directory");
    this.#included.set(directory, folders);
    return folders;
  }
}

function inclusionsOf(text: string): readonly string[] {
  let value: Value;
  try {
    value = parseYaml(text, { dialect: "kubernetes", duplicateKeys: "last" });
  } catch {
    return [];
  }
  if (!isObject(value)) return [];
  return ["resources", "bases", "components", "generators", "transformers"]
    .flatMap((field) => listAt(value, field))
    .filter((entry): entry is string => typeof entry === "string" && !entry.includes("://"));
}
