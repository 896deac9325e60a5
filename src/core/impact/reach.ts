import { utf8Decode } from "../../platform/bytes.js";
import { FleetwrightError } from "../errors.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import type { FileTree, TreeFile } from "../render/file-tree.js";
import { joinInside } from "../render/memory-tree.js";
import type { ReadSet } from "../render/recording-tree.js";
import { writtenSources } from "../render/written-sources.js";
import { parseYaml } from "../yaml/parse.js";

/**
 * All that the render of an Application can read, found without rendering it: whole directories by identity, and files beside them. More than the
 * read-set of the render, never less: where that cannot be promised, there is no reach, and the Application is rendered.
 */
export type Reach = Omit<ReadSet, "listings">;

export type FindReach = (
  application: { readonly spec: ValueObject },
  tree: FileTree,
  isCheckout: (repoURL: string) => boolean,
) => Reach | undefined;

/** What one kustomization file names, by the file's id: every text that may be a path. */
interface Named {
  readonly texts: readonly string[];
  /** It says things in files of its own, or asks charts: what these read is known only to who renders them. */
  readonly isOpaque: boolean;
}

const kustomizationNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
const opaqueFields = ["generators", "transformers", "validators", "helmCharts", "helmChartInflationGenerator"];
const baseFields = ["resources", "bases", "components", "crds", "configurations", "openapi"];
const longestPath = 300;
const mostDirectories = 500;
const mostNamed = 100_000;

/** One directory: what its kustomization or chart names outside of it. */
interface Neighbours {
  readonly files: readonly (readonly [path: string, id: string])[];
  readonly missing: readonly string[];
  readonly directories: readonly string[];
  readonly isOpaque: boolean;
}

/** A finder that looks at each kustomization file and each directory of a tree once, however many Applications reach it. */
export function reachFinder(): FindReach {
  const named = new Map<string, Named>();
  const knownOf = new WeakMap<
    FileTree,
    { readonly neighbours: Map<string, Neighbours>; readonly linked: Map<string, boolean> }
  >();

  const namedBy = ({ id, bytes }: TreeFile): Named => {
    const before = named.get(id);
    if (before) return before;
    const made = readNamed(bytes);
    if (named.size > mostNamed) named.clear();
    named.set(id, made);
    return made;
  };

  const neighboursOf = (tree: FileTree, directory: string): Neighbours => {
    let known = knownOf.get(tree);
    if (!known) knownOf.set(tree, (known = { neighbours: new Map(), linked: new Map() }));
    let found = known.neighbours.get(directory);
    if (!found) known.neighbours.set(directory, (found = findNeighbours(tree, directory, namedBy, known.linked)));
    return found;
  };

  return (application, tree, isCheckout) => {
    if (!tree.id) return undefined;
    try {
      return closure(application, tree, isCheckout, (directory) => neighboursOf(tree, directory));
    } catch (error) {
      // A link that leaves the repository: the render says where.
      if (error instanceof FleetwrightError) return undefined;
      throw error;
    }
  };
}

function closure(
  { spec }: { readonly spec: ValueObject },
  tree: FileTree,
  isCheckout: (repoURL: string) => boolean,
  neighboursOf: (directory: string) => Neighbours,
): Reach | undefined {
  const files = new Map<string, string>();
  const kinds = new Map<string, string>();
  const directories = new Map<string, string>();
  const queue: string[] = [];
  const take = ({ files: named, missing, directories: folders }: Omit<Neighbours, "isOpaque">): void => {
    for (const [path, id] of named) files.set(path, id);
    for (const path of missing) kinds.set(path, "");
    for (const path of folders) {
      if (directories.has(path)) continue;
      directories.set(path, tree.id?.(path) ?? "");
      queue.push(path);
    }
  };
  for (const source of writtenSources(spec)) {
    if (!isCheckout(stringAt(source, "repoURL")) || isOpaqueSource(source)) return undefined;
    const directory = joinInside(stringAt(source, "path"));
    if (directory === undefined) return undefined;
    const texts = textsOf({ helm: source["helm"] ?? null, kustomize: source["kustomize"] ?? null });
    take(neighboursNamed(tree, directory, [".", ...texts]));
    // Value files count from the top of the repository behind `/` and `$ref/`.
    take(
      neighboursNamed(
        tree,
        "",
        texts.map((text) => text.replace(/^\$[^/]*\//, "")),
      ),
    );
  }
  for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
    const neighbours = neighboursOf(directory);
    if (neighbours.isOpaque || directories.size > mostDirectories) return undefined;
    take(neighbours);
  }
  return { files, kinds, directories };
}

function findNeighbours(
  tree: FileTree,
  directory: string,
  namedBy: (file: TreeFile) => Named,
  linked: Map<string, boolean>,
): Neighbours {
  const texts: string[] = [];
  let isOpaque = isLinked(tree, directory, linked) || hasLinks(tree, directory);
  for (const name of kustomizationNames) {
    const file = readFile(tree, inside(directory, name));
    const found = file && namedBy(file);
    texts.push(...(found?.texts ?? []));
    isOpaque ||= found?.isOpaque === true;
  }
  const chart = readFile(tree, inside(directory, "Chart.yaml"));
  // What a chart depends on may lie beside it or be fetched.
  const chartText = chart && utf8Decode(chart.bytes);
  if (chart && (chartText === undefined || /file:\/\/|^\s*(?:-\s+)?repository:/m.test(chartText))) isOpaque = true;
  if (tree.kind(inside(directory, "requirements.yaml")) === "file") isOpaque = true;
  return { ...neighboursNamed(tree, directory, texts), isOpaque };
}

/** What texts of a directory's files lead to, where they are paths. */
function neighboursNamed(tree: FileTree, directory: string, texts: readonly string[]): Omit<Neighbours, "isOpaque"> {
  const files: (readonly [string, string])[] = [];
  const missing: string[] = [];
  const directories: string[] = [];
  for (const text of texts) {
    if (text === "" || text.length > longestPath || text.includes("\n")) continue;
    // `key=path` of a generator may name either.
    for (const part of text.includes("=") ? [text, text.slice(text.indexOf("=") + 1)] : [text]) {
      const path = joinInside(inside(directory, part));
      if (path === undefined) continue;
      const kind = tree.kind(path);
      if (kind === "directory") directories.push(path);
      else if (kind === "file") files.push([path, tree.id?.(path) ?? ""]);
      else missing.push(path);
    }
  }
  return { files, missing, directories };
}

/** Whether `tree` has everything of a reach unchanged. */
export function isReachValid(reach: Reach, tree: FileTree): boolean {
  for (const [path, id] of reach.files) if (tree.kind(path) !== "file" || tree.id?.(path) !== id) return false;
  for (const [path, kind] of reach.kinds) if ((tree.kind(path) ?? "") !== kind) return false;
  for (const [path, id] of reach.directories) if (tree.kind(path) !== "directory" || tree.id?.(path) !== id) return false;
  return true;
}

/** Charts of registries, tools that we do not run, and patterns of value files are left to the render. */
function isOpaqueSource(source: ValueObject): boolean {
  const patterns = listAt(objectAt(source, "helm"), "valueFiles").some((file) => typeof file === "string" && /[*?[{]/.test(file));
  return stringAt(source, "chart") !== "" || source["plugin"] !== undefined || patterns;
}

function readNamed(bytes: Uint8Array): Named {
  try {
    const value = parseYaml(bytes, { dialect: "kubernetes", duplicateKeys: "last" });
    if (!isObject(value)) return { texts: [], isOpaque: true };
    const isOpaque =
      opaqueFields.some((field) => value[field] !== undefined) || baseFields.some((field) => isRemote(value[field]));
    return { texts: [...new Set(textsOf(value))], isOpaque };
  } catch {
    return { texts: [], isOpaque: true };
  }
}

/** Something of another repository: who renders asks for it, and it is fetched before anybody looks. */
function isRemote(value: Value | undefined): boolean {
  return value !== undefined && textsOf(value).some((text) => /[:@?]|\/\/|^(?:github|gitlab|bitbucket)\./.test(text));
}

function textsOf(value: Value, texts: string[] = []): readonly string[] {
  if (typeof value === "string") texts.push(value);
  else if (Array.isArray(value)) for (const item of value as readonly Value[]) textsOf(item, texts);
  else if (isObject(value)) for (const key in value) textsOf(value[key]!, texts);
  return texts;
}

function inside(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

function readFile(tree: FileTree, path: string): TreeFile | undefined {
  return tree.kind(path) === "file" ? tree.read(path) : undefined;
}

/** Whether a path leads through a link: what is relative to it is relative to somewhere else. */
function isLinked(tree: FileTree, path: string, known: Map<string, boolean>): boolean {
  if (path === "") return false;
  const before = known.get(path);
  if (before !== undefined) return before;
  const slash = path.lastIndexOf("/");
  const parent = path.slice(0, Math.max(0, slash));
  const name = path.slice(slash + 1);
  const entries = isLinked(tree, parent, known) ? undefined : (tree.list(parent) ?? []);
  const found = entries === undefined || entries.some((entry) => entry.kind === "symlink" && entry.name === name);
  known.set(path, found);
  return found;
}

/** What a link leads to is not part of a directory's identity. */
function hasLinks(tree: FileTree, directory: string): boolean {
  return (tree.list(directory) ?? []).some(
    ({ name, kind }) => kind === "symlink" || (kind === "directory" && hasLinks(tree, inside(directory, name))),
  );
}
