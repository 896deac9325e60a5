import { InputError } from "../../errors.js";
import type { FileTree, TreeFile } from "../../render/file-tree.js";
import { maxBaseDepth, tooLarge } from "../model/budget.js";
import { kustomizeError, quoteGo } from "../model/errors.js";
import type { RemoteNeed } from "../options.js";
import { absolutePath, cleanJoin, isWithin, parentOf } from "./paths.js";
import { parseRepoSpec, type RepoSpec } from "./repo-spec.js";

/** What is the same for all loaders of one build. */
export interface LoaderContext {
  readonly isRestricted: boolean;
  readonly allowRemote: boolean;
  readonly remotes: ReadonlyMap<string, FileTree>;
}

/** Thrown while something remote is missing; a build gathers them. */
export class NeedsError extends Error {
  readonly needs: readonly RemoteNeed[];
  constructor(needs: readonly RemoteNeed[]) {
    super("remote content is needed");
    this.needs = needs;
  }
}

interface Visited {
  readonly tree: FileTree;
  readonly root: string;
  readonly repo: RepoSpec | undefined;
  readonly before: Visited | undefined;
  readonly depth: number;
}

/**
 * Reads files for the kustomization of one directory: paths relative to it, and no file outside of it unless restrictions are
 * off. Directories outside are bases, which may not contain one that is being built.
 */
export class Loader {
  readonly tree: FileTree;
  /** Directory in the tree, "" for its root. */
  readonly root: string;
  readonly repo: RepoSpec | undefined;
  readonly #context: LoaderContext;
  readonly #visited: Visited;
  readonly #isRestricted: boolean;

  private constructor(context: LoaderContext, visited: Visited, isRestricted: boolean) {
    this.#context = context;
    this.#visited = visited;
    this.tree = visited.tree;
    this.root = visited.root;
    this.repo = visited.repo;
    this.#isRestricted = isRestricted;
  }

  static at(tree: FileTree, directory: string, context: LoaderContext): Loader {
    const root = confirmDirectory(tree, cleanJoin("", directory));
    return new Loader(context, { tree, root, repo: undefined, before: undefined, depth: 0 }, context.isRestricted);
  }

  get context(): LoaderContext {
    return this.#context;
  }

  /** The directory as messages name it. */
  get displayRoot(): string {
    return absolutePath(this.root);
  }

  /** Whether the answers of this loader depend on the chain that led to it beyond its own directory. */
  get isRemote(): boolean {
    return containingRepo(this.#visited) !== undefined;
  }

  /** A file, by a path relative to the directory or absolute. Throws an InputError that says why not. */
  load(path: string): TreeFile {
    if (isRemoteFile(path)) return this.#loadRemoteFile(path);
    const wanted = path.startsWith("/") ? cleanJoin("", path) : cleanJoin(this.root, path);
    return this.#isRestricted ? this.#loadRestricted(wanted) : this.#loadAnywhere(wanted);
  }

  /** What loading says of a path that is a directory; undefined for what is none. Saves an error that is nearly always dropped. */
  directoryFailure(path: string): string | undefined {
    if (isRemoteFile(path) || !this.#isRestricted) return undefined;
    const wanted = this.pathOf(path);
    return this.tree.kind(wanted) === "directory" ? `'${absolutePath(wanted)}' must resolve to a file` : undefined;
  }

  /** Whether something of this name may be there to load. */
  mayHave(fileName: string): boolean {
    return this.tree.kind(cleanJoin(this.root, fileName)) !== undefined;
  }

  /** The path of a file in the tree, for locations. */
  pathOf(path: string): string {
    return path.startsWith("/") ? cleanJoin("", path) : cleanJoin(this.root, path);
  }

  #loadRestricted(path: string): TreeFile {
    const shown = absolutePath(path);
    const real = realPathOf(this.tree, path);
    if (this.tree.kind(path) === "directory")
      throw kustomizeError("KUSTOMIZE_FILE", `'${shown}' must resolve to a file`, { location: { file: path } });
    if (!isWithin(parentOf(real), this.root))
      throw kustomizeError("KUSTOMIZE_LOAD_RESTRICTED", `security; file '${shown}' is not in or below '${this.displayRoot}'`, {
        location: { file: path },
        hint: "move the file below the kustomization, or allow it with --load-restrictor LoadRestrictionsNone",
      });
    return this.#read(path);
  }

  #loadAnywhere(path: string): TreeFile {
    const kind = this.tree.kind(path);
    if (kind === "directory")
      throw kustomizeError("KUSTOMIZE_FILE", `read ${absolutePath(path)}: is a directory`, { location: { file: path } });
    if (kind === undefined)
      throw kustomizeError("KUSTOMIZE_FILE", `open ${absolutePath(path)}: ${missingReason(this.tree, path)}`, {
        location: { file: path },
      });
    return this.#read(path);
  }

  #read(path: string): TreeFile {
    const file = this.tree.read(path);
    if (file) return file;
    throw kustomizeError("KUSTOMIZE_FILE", `open ${absolutePath(path)}: no such file or directory`, { location: { file: path } });
  }

  #loadRemoteFile(url: string): TreeFile {
    const tree = this.#remote({ kind: "file", key: url, url });
    const file = tree.read("file");
    if (file) return file;
    throw kustomizeError("KUSTOMIZE_REMOTE", `HTTP Error: nothing was read from ${url}`);
  }

  /** The files of a chart that lies elsewhere. */
  chart(repo: string, name: string, version: string): FileTree {
    return this.#remote({ kind: "chart", key: `chart ${repo} ${name} ${version}`, url: repo, chart: name, version });
  }

  #remote(need: RemoteNeed): FileTree {
    const found = this.#context.remotes.get(need.key);
    if (found) return found;
    if (this.#context.allowRemote) throw new NeedsError([need]);
    throw kustomizeError(
      "KUSTOMIZE_REMOTE",
      `remote ${need.kind === "git" ? "base" : need.kind} ${quoteGo(need.url)} is not allowed here`,
      {
        hint: "allow remote content, or bring it into the repository",
      },
    );
  }

  /** A loader for another directory: a path relative to this one, or a repository. */
  child(path: string): Loader {
    if (path === "") throw kustomizeError("KUSTOMIZE_FILE", "new root cannot be empty");
    const repo = parseRepoSpec(path);
    if (repo) return this.#atRepo(repo);
    if (path.startsWith("/")) throw kustomizeError("KUSTOMIZE_FILE", `new root '${path}' cannot be absolute`);
    const root = confirmDirectory(this.tree, cleanJoin(this.root, path));
    this.#refuseCycle(root);
    return new Loader(this.#context, this.#below({ tree: this.tree, root, repo: undefined }), this.#isRestricted);
  }

  #below(place: Pick<Visited, "tree" | "root" | "repo">): Visited {
    const depth = this.#visited.depth + 1;
    if (depth > maxBaseDepth) throw tooLarge(`bases within bases, more than ${maxBaseDepth} deep`);
    return { ...place, before: this.#visited, depth };
  }

  /** The same place read through another view of the tree. */
  withTree(tree: FileTree): Loader {
    return new Loader(this.#context, { ...this.#visited, tree }, this.#isRestricted);
  }

  /** Throws when `root` contains a directory that is being built. */
  refuseCycles(root: string): void {
    for (let visited = this.#visited.before; visited; visited = visited.before) {
      if (isWithin(visited.root, root)) throw cycle(root, visited.root, this.root);
    }
  }

  #refuseCycle(root: string): void {
    for (let visited: Visited | undefined = this.#visited; visited; visited = visited.before) {
      if (isWithin(visited.root, root)) throw cycle(root, visited.root, this.root);
      if (visited.repo) break;
    }
  }

  #atRepo(repo: RepoSpec): Loader {
    for (let visited: Visited | undefined = this.#visited; visited; visited = visited.before) {
      if (!visited.repo?.raw.startsWith(repo.raw)) continue;
      throw kustomizeError(
        "KUSTOMIZE_CYCLE",
        `cycle detected: URI '${repo.raw}' referenced by previous URI '${visited.repo.raw}'`,
      );
    }
    const tree = this.#remote({
      kind: "git",
      key: `${repo.cloneSpec}?ref=${repo.ref}&submodules=${repo.submodules}`,
      url: repo.cloneSpec,
      ref: repo.ref,
      path: repo.path,
      submodules: repo.submodules,
    });
    const root = confirmDirectory(tree, cleanJoin("", repo.path));
    return new Loader(this.#context, this.#below({ tree, root, repo }), true);
  }
}

function cycle(candidate: string, visited: string, from: string): Error {
  return kustomizeError(
    "KUSTOMIZE_CYCLE",
    `cycle detected: candidate root '${absolutePath(candidate)}' contains visited root '${absolutePath(visited)}'`,
    { location: { file: from } },
  );
}

function containingRepo(visited: Visited): RepoSpec | undefined {
  for (let current: Visited | undefined = visited; current; current = current.before) if (current.repo) return current.repo;
  return undefined;
}

function isRemoteFile(path: string): boolean {
  return /^https?:/i.test(path);
}

/** Whether an entry of `resources` that is a URL is read as a file rather than as a repository. */
export function isRemoteFileUrl(path: string): boolean {
  if (!isRemoteFile(path)) return false;
  const base = path.split("?")[0]!;
  return /\.(ya?ml|json)$/i.test(base) || parseRepoSpec(path) === undefined;
}

function confirmDirectory(tree: FileTree, path: string): string {
  let real: string;
  try {
    real = realPathOf(tree, path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw kustomizeError("KUSTOMIZE_FILE", `must build at directory: not a valid directory: ${error.message}`, {
      location: { file: path },
      cause: error,
    });
  }
  if (tree.kind(path) === "directory") return real;
  throw kustomizeError("KUSTOMIZE_FILE", `must build at directory: '${absolutePath(path)}': file is not directory`, {
    location: { file: path },
  });
}

/** The path with its symbolic links followed; throws when there is nothing. */
function realPathOf(tree: FileTree, path: string): string {
  const shown = absolutePath(path);
  if (tree.kind(path) === undefined)
    throw kustomizeError(
      "KUSTOMIZE_FILE",
      `evalsymlink failure on '${shown}' : lstat ${absolutePath(firstMissing(tree, path))}: ${missingReason(tree, path)}`,
      {
        location: { file: path },
      },
    );
  return tree.realPath?.(path) ?? path;
}

function firstMissing(tree: FileTree, path: string): string {
  const parts = path.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const part = parts.slice(0, count).join("/");
    const kind = tree.kind(part);
    if (kind === undefined) return part;
    if (kind === "file" && count < parts.length) return parts.slice(0, count + 1).join("/");
  }
  return path;
}

function missingReason(tree: FileTree, path: string): string {
  const parts = path.split("/");
  for (let count = 1; count < parts.length; count++)
    if (tree.kind(parts.slice(0, count).join("/")) === "file") return "not a directory";
  return "no such file or directory";
}
