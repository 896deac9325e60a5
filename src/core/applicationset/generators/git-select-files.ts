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
    return walk(tree, literalBase(pattern), run).files.filter(selects);
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
  const { files, directories } = walk(tree, literalBase(cleaned), run);
  if (run.settings.compat) {
    const taken = /^(\*\*(\/\*\*)*)?$/.test(cleaned) ? "" : [".git", ...directories].sort().find((path) => matches(path));
    if (taken !== undefined)
      throw unable("read", `read <checkout>${taken && `/${taken}`}: is a directory`, { repoURL, revision, pattern });
  }
  return files.filter((path) => matches(path));
}

/** The folder before the first special character of a pattern: all that it takes is below. */
function literalBase(pattern: string): string {
  const special = pattern.search(/[*?[{\\:]/);
  const literal = special < 0 ? pattern : pattern.slice(0, special);
  const base = literal.slice(0, Math.max(0, literal.lastIndexOf("/")));
  return /(^|\/)(\.{0,2})(\/|$)/.test(base) ? "" : base;
}

interface Walked {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** Every file and directory below `base`, which is one of the directories itself. */
function walk(tree: FileTree, base: string, run: GeneratorRun): Walked {
  const known = run.once(tree, () => new Map<string, Walked>());
  const found = known.get(base);
  if (found) return found;
  const files: string[] = [];
  const directories: string[] = base === "" || tree.kind(base) !== "directory" ? [] : [base];
  const visit = (directory: string): void => {
    for (const { name, kind } of tree.list(directory) ?? []) {
      const path = directory === "" ? name : `${directory}/${name}`;
      if (kind === "file") files.push(path);
      else if (kind === "directory") {
        directories.push(path);
        visit(path);
      } else if (tree.kind(path) === "directory") directories.push(path);
      else files.push(path);
    }
  };
  visit(base);
  const walked = { files, directories };
  known.set(base, walked);
  return walked;
}

function unable(verb: string, why: string, at: { repoURL: string; revision: string; pattern: string }): InputError {
  return new InputError(
    `error retrieving Git files: rpc error: code = Internal desc = unable to ${verb} files. repo ${at.repoURL} with revision ${at.revision} pattern ${at.pattern}: ${why}`,
    { code: "APPSET_GIT_FILES" },
  );
}
