import { InputError } from "../../errors.js";
import { compileDoublestar } from "../../glob/doublestar.js";
import { compileGitPathspec } from "../../glob/git-pathspec.js";
import type { FileTree } from "../../render/file-tree.js";
import { joinInside } from "../../render/memory-tree.js";
import type { GeneratorRun } from "./generator.js";

export interface SelectContext {
  readonly repoURL: string;
  readonly revision: string;
  readonly run: GeneratorRun;
}

/**
 * The files that a pattern of the git files generator takes. By default git's pathspec rules (`*` crosses `/`, a folder means all below it),
 * with `newGitFileGlobbing` those of doublestar, where a pattern that takes a directory is an error in compat mode and skips it otherwise.
 */
export function selectFiles(tree: FileTree, pattern: string, context: SelectContext): readonly string[] {
  const literal = literalFile(tree, pattern);
  if (literal !== undefined) return [literal];
  return context.run.settings.newGitFileGlobbing ? byDoublestar(tree, pattern, context) : byPathspec(tree, pattern, context);
}

/** A plain path needs no walk, so the read-set stays small. */
function literalFile(tree: FileTree, pattern: string): string | undefined {
  if (/[*?[\]{}\\:]/.test(pattern)) return undefined;
  const path = joinInside(pattern);
  return path !== undefined && !pattern.endsWith("/") && tree.kind(path) === "file" ? path : undefined;
}

function byPathspec(tree: FileTree, pattern: string, { repoURL, revision, run }: SelectContext): readonly string[] {
  try {
    const selects = compileGitPathspec(pattern);
    const base = pattern.startsWith(":") ? "" : literalBase(pattern);
    return walk(tree, run).files.filter((path) => (base === "" || path.startsWith(base)) && selects(path));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw unable("list", error.message, { repoURL, revision, pattern });
  }
}

function byDoublestar(tree: FileTree, pattern: string, { repoURL, revision, run }: SelectContext): readonly string[] {
  // Argo CD joins the pattern to the checkout's path, which cleans it; what climbs out of it matches nothing inside.
  const cleaned = joinInside(pattern);
  if (cleaned === undefined) return [];
  let matches: (name: string) => boolean;
  try {
    matches = compileDoublestar(cleaned);
  } catch {
    throw unable("list", "syntax error in pattern", { repoURL, revision, pattern });
  }
  const { files, directories } = walk(tree, run);
  if (run.settings.compat) {
    const taken = cleaned === "" || cleaned === "**" ? "" : [".git", ...directories].sort().find((path) => matches(path));
    if (taken !== undefined)
      throw unable("read", `read <checkout>${taken && `/${taken}`}: is a directory`, { repoURL, revision, pattern });
  }
  return files.filter((path) => matches(path));
}

/** The folder before the first special character of a pattern. */
function literalBase(pattern: string): string {
  const special = pattern.search(/[*?[\\]/);
  const literal = special < 0 ? pattern : pattern.slice(0, special);
  return literal.includes("./") || literal.startsWith(".") || literal.includes("//")
    ? ""
    : literal.slice(0, literal.lastIndexOf("/") + 1);
}

const walks = { key: "walk" };

function walk(tree: FileTree, run: GeneratorRun): { readonly files: readonly string[]; readonly directories: readonly string[] } {
  const cache = run.once(walks, () => new WeakMap<FileTree, { files: string[]; directories: string[] }>());
  const known = cache.get(tree);
  if (known) return known;
  const files: string[] = [];
  const directories: string[] = [];
  const visit = (directory: string): void => {
    for (const { name, kind } of tree.list(directory) ?? []) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const isDirectory = kind === "directory" || (kind === "symlink" && tree.kind(path) === "directory");
      if (!isDirectory) files.push(path);
      else {
        directories.push(path);
        if (kind === "directory") visit(path);
      }
    }
  };
  visit("");
  cache.set(tree, { files, directories });
  return { files, directories };
}

function unable(verb: string, why: string, at: { repoURL: string; revision: string; pattern: string }): InputError {
  return new InputError(
    `error retrieving Git files: rpc error: code = Internal desc = unable to ${verb} files. repo ${at.repoURL} with revision ${at.revision} pattern ${at.pattern}: ${why}`,
    { code: "APPSET_GIT_FILES" },
  );
}
