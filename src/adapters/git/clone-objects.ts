import { ExternalError, InputError } from "../../core/errors.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { gitTree } from "./git-tree.js";
import { ObjectCache } from "./object-cache.js";
import type { ObjectStore } from "./object-store.js";
import type { StoredObject } from "./pack-file.js";
import { type GitTreeEntry, parseTreeObject } from "./tree-object.js";

/** Trees and files of a clone at any commit; everything is read when it is asked for, once. */
export interface CloneObjects {
  /** The tree of a commit, or a tree itself. Throws InputError for what is neither. */
  treeId(id: string): string;
  commitText(id: string): string;
  tree(id: string): FileTree;
  /** Paths that differ, sorted; directories with equal ids are not looked into. */
  changedPaths(from: string, to: string): readonly string[];
}

const largestFileBytes = 32 * 1024 * 1024;

/** `ask` is git itself, for what the store cannot read. */
export function cloneObjects(store: Pick<ObjectStore, "read">, ask: (id: string) => StoredObject | undefined): CloneObjects {
  const cache = new ObjectCache(1 << 30, 5_000_000);
  const object = (id: string): StoredObject | undefined => store.read(id) ?? ask(id);

  const commitText = (id: string): string => {
    const found = object(id);
    if (found?.type !== "commit") throw unknownCommit(id);
    return found.bytes.toString("utf8");
  };
  const treeId = (id: string): string => {
    const found = object(id);
    if (found?.type === "tree") return id;
    const tree = found?.type === "commit" ? /^tree ([0-9a-f]+)$/m.exec(found.bytes.toString("latin1"))?.[1] : undefined;
    if (tree === undefined) throw unknownCommit(id);
    return tree;
  };
  const entries = (id: string): ReadonlyMap<string, GitTreeEntry> => {
    const known = cache.tree(id);
    if (known) return known;
    const found = object(id);
    if (found?.type !== "tree") throw missing(id);
    const parsed = parseTreeObject(found.bytes, id.length / 2);
    cache.addTree(id, parsed);
    return parsed;
  };
  const blob = (id: string, path: string): { readonly id: string; readonly bytes: Uint8Array } => {
    const known = cache.blob(id);
    if (known) return known;
    const found = object(id);
    if (found?.type !== "blob") throw missing(id);
    if (found.bytes.length > largestFileBytes)
      throw new InputError(`${path} has ${found.bytes.length} bytes, more than is read from a repository (${largestFileBytes})`, {
        code: "TREE_FILE_TOO_LARGE",
        location: { file: path },
      });
    return cache.addBlob(id, found.bytes);
  };

  return {
    treeId,
    commitText,
    tree: (id) => gitTree(treeId(id), { tree: entries, blob }),
    changedPaths(from, to) {
      const changed: string[] = [];
      const compare = (a: GitTreeEntry | undefined, b: GitTreeEntry | undefined, path: string): void => {
        if (a?.id === b?.id && a?.kind === b?.kind) return;
        const before = a?.kind === "directory" ? entries(a.id) : undefined;
        const after = b?.kind === "directory" ? entries(b.id) : undefined;
        if ((a && !before) || (b && !after)) changed.push(path);
        for (const name of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]))
          compare(before?.get(name), after?.get(name), path === "" ? name : `${path}/${name}`);
      };
      const root = (id: string): GitTreeEntry => ({ name: "", kind: "directory", id: treeId(id) });
      compare(root(from), root(to), "");
      return changed.sort((a, b) => (a < b ? -1 : 1));
    },
  };
}

function unknownCommit(id: string): InputError {
  return new InputError(`commit ${id} is not in the repository`, { code: "GIT_REVISION_UNKNOWN" });
}

function missing(id: string): ExternalError {
  return new ExternalError(`object ${id} is missing`, { code: "GIT_OBJECT_STORE" });
}
