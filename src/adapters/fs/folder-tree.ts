import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { InputError } from "../../core/errors.js";
import type { FileTree, TreeEntry, TreeFile } from "../../core/render/file-tree.js";

/** A folder on disk as a FileTree; git's own folder is left out. Every listing and file is read once. */
export function folderTree(root: string): FileTree {
  const top = realpathSync(root);
  const listings = new Map<string, readonly TreeEntry[] | undefined>();
  const files = new Map<string, TreeFile | undefined>();
  const kinds = new Map<string, "file" | "directory" | undefined>([["", "directory"]]);
  const kind = (path: string): "file" | "directory" | undefined => memo(kinds, path, () => kindAt(top, path));
  return {
    kind,
    read: (path) => memo(files, path, () => (kind(path) === "file" ? readAt(top, path) : undefined)),
    list: (directory) =>
      memo(listings, directory, () => {
        if (kind(directory) !== "directory") return undefined;
        const entries = listAt(top, directory);
        // What a listing below real folders calls a file or folder is one: no need to ask the disk again.
        for (const entry of entries)
          if (entry.kind !== "symlink") kinds.set(directory === "" ? entry.name : `${directory}/${entry.name}`, entry.kind);
        return entries;
      }),
  };
}

function memo<T>(known: Map<string, T>, key: string, compute: () => T): T {
  if (known.has(key)) return known.get(key)!;
  const made = compute();
  known.set(key, made);
  return made;
}

function readAt(top: string, path: string): TreeFile {
  const bytes = new Uint8Array(readFileSync(join(top, path)));
  return { id: createHash("sha1").update(bytes).digest("hex"), bytes };
}

function listAt(top: string, directory: string): readonly TreeEntry[] {
  return readdirSync(join(top, directory), { withFileTypes: true })
    .filter((entry) => entry.name !== ".git")
    .map(
      (entry): TreeEntry => ({
        name: entry.name,
        kind: entry.isSymbolicLink() ? "symlink" : entry.isDirectory() ? "directory" : "file",
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindAt(top: string, path: string): "file" | "directory" | undefined {
  const full = join(top, path);
  let real: string;
  try {
    real = realpathSync(full);
  } catch {
    return undefined;
  }
  const inside = relative(top, real);
  if (inside === ".." || inside.startsWith(`..${sep}`)) {
    throw new InputError(`${path}: the symbolic link leaves the tree`, { code: "TREE_OUTSIDE", location: { file: path } });
  }
  const stats = statSync(real);
  return stats.isDirectory() ? "directory" : stats.isFile() ? "file" : undefined;
}
