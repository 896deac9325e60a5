import { utf8Decode } from "../../platform/bytes.js";
import { FleetwrightError } from "../errors.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import type { FileTree, TreeFile } from "../render/file-tree.js";
import { joinInside } from "../render/memory-tree.js";
import type { ReadSet } from "../render/recording-tree.js";
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
const longestPath = 300;
const mostDirectories = 500;

/** A finder that reads each kustomization file once, however many Applications reach it. */
export function reachFinder(): FindReach {
  const known = new Map<string, Named>();

  const namedBy = (id: string, bytes: Uint8Array): Named => {
    const before = known.get(id);
    if (before) return before;
    const made = readNamed(bytes);
    if (known.size > 100_000) known.clear();
    known.set(id, made);
    return made;
  };

  const reach: FindReach = ({ spec }, tree, isCheckout) => {
    if (!tree.id) return undefined;
    const files = new Map<string, string>();
    const kinds = new Map<string, string>();
    const directories = new Map<string, string>();
    const queue: string[] = [];
    let isKnown = true;

    const reachDirectory = (path: string): void => {
      if (directories.has(path)) return;
      directories.set(path, tree.id?.(path) ?? "");
      queue.push(path);
      if (directories.size > mostDirectories || isLinked(tree, path) || hasLinks(tree, path)) isKnown = false;
    };
    const reachPath = (path: string | undefined): void => {
      if (path === undefined) return;
      const kind = tree.kind(path);
      if (kind === "directory") reachDirectory(path);
      else if (kind === "file") files.set(path, tree.id?.(path) ?? "");
      else kinds.set(path, "");
    };
    const reachText = (text: string, directory: string): void => {
      if (text === "" || text.length > longestPath || text.includes("\n")) return;
      // `key=path` of a generator may name either.
      for (const part of new Set([text, text.slice(text.indexOf("=") + 1)])) reachPath(joinInside(inside(directory, part)));
    };

    const sources = isObject(spec["source"]) ? [spec["source"]] : listAt(spec, "sources").filter(isObject);
    for (const source of sources) {
      if (!isCheckout(stringAt(source, "repoURL")) || isOpaqueSource(source)) return undefined;
      const directory = joinInside(stringAt(source, "path"));
      if (directory === undefined) return undefined;
      if (tree.kind(directory) !== "directory") kinds.set(directory, tree.kind(directory) ?? "");
      else reachDirectory(directory);
      for (const text of textsOf({ helm: source["helm"] ?? null, kustomize: source["kustomize"] ?? null })) {
        reachText(text, directory);
        reachText(text.replace(/^\$[^/]*\//, ""), "");
      }
    }
    for (let directory = queue.shift(); directory !== undefined && isKnown; directory = queue.shift()) {
      for (const name of kustomizationNames) {
        const file = readFile(tree, inside(directory, name));
        if (!file) continue;
        const named = namedBy(file.id, file.bytes);
        if (named.isOpaque) isKnown = false;
        for (const text of named.texts) reachText(text, directory);
      }
      const chart = readFile(tree, inside(directory, "Chart.yaml"));
      if (chart && utf8Decode(chart.bytes)?.includes("file://") !== false) isKnown = false;
      if (tree.kind(inside(directory, "requirements.yaml")) === "file") isKnown = false;
    }
    return isKnown ? { files, kinds, directories } : undefined;
  };
  return (application, tree, isCheckout) => {
    try {
      return reach(application, tree, isCheckout);
    } catch (error) {
      // A link that leaves the repository: the render says where.
      if (error instanceof FleetwrightError) return undefined;
      throw error;
    }
  };
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
    return { texts: [...new Set(textsOf(value))], isOpaque: opaqueFields.some((field) => value[field] !== undefined) };
  } catch {
    return { texts: [], isOpaque: true };
  }
}

function textsOf(value: Value): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item: Value) => textsOf(item));
  return isObject(value) ? Object.values(value).flatMap((item) => textsOf(item)) : [];
}

function inside(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

function readFile(tree: FileTree, path: string): TreeFile | undefined {
  return tree.kind(path) === "file" ? tree.read(path) : undefined;
}

/** Whether a path leads through a link: what is relative to it is relative to somewhere else. */
function isLinked(tree: FileTree, path: string): boolean {
  const parts = path.split("/");
  return parts.some((name, at) => {
    const entries = tree.list(parts.slice(0, at).join("/")) ?? [];
    return entries.some((entry) => entry.kind === "symlink" && entry.name === name);
  });
}

/** What a link leads to is not part of a directory's identity. */
function hasLinks(tree: FileTree, directory: string): boolean {
  return (tree.list(directory) ?? []).some(
    ({ name, kind }) => kind === "symlink" || (kind === "directory" && hasLinks(tree, inside(directory, name))),
  );
}
