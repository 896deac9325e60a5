import { InputError } from "../../core/errors.js";
import type { FileTree, TreeEntry } from "../../core/render/file-tree.js";
import { joinInside } from "../../core/render/memory-tree.js";
import type { GitTreeEntry } from "./tree-object.js";

/** What a GitTree reads from; everything answers at once. */
export interface TreeObjects {
  tree(id: string): ReadonlyMap<string, GitTreeEntry>;
  /** `siblings` are blobs of the same directory, which are likely to be wanted next. */
  blob(id: string, path: string, siblings: () => readonly string[]): { readonly id: string; readonly bytes: Uint8Array };
}

const maxLinks = 40;
/** Paths of one commit whose entries are remembered. */
const maxFound = 20_000;
const decoder = new TextDecoder("utf-8");

/** The files of one commit, read from the object store by object id; symlinks are followed inside the tree, submodules are not there. */
export function gitTree(rootId: string, objects: TreeObjects): FileTree {
  const root: GitTreeEntry = { name: "", kind: "directory", id: rootId };
  const listings = new Map<string, readonly TreeEntry[]>();
  const behind = new Map<string, readonly string[]>();

  const readLink = (entry: GitTreeEntry, path: string): string => decoder.decode(objects.blob(entry.id, path, () => []).bytes);

  const found = new Map<string, GitTreeEntry | null>();
  const find = (path: string): GitTreeEntry | undefined => {
    const known = found.get(path);
    if (known !== undefined) return known ?? undefined;
    const entry = direct(path) ?? walk(path);
    if (found.size >= maxFound) found.clear();
    found.set(path, entry ?? null);
    return entry;
  };

  const plainDirectories = new Map<string, GitTreeEntry>();
  /** What is reached without links, from its directory on: most of what is asked for stands beside what was asked for before. */
  const direct = (path: string): GitTreeEntry | undefined => {
    const known = path === "" ? root : plainDirectories.get(path);
    if (known) return known;
    const slash = path.lastIndexOf("/");
    const parent = direct(slash < 0 ? "" : path.slice(0, slash));
    if (parent?.kind !== "directory") return undefined;
    const entry = objects.tree(parent.id).get(path.slice(slash + 1));
    if (entry?.kind === "directory") {
      if (plainDirectories.size >= maxFound) plainDirectories.clear();
      plainDirectories.set(path, entry);
      return entry;
    }
    return entry?.kind === "file" ? entry : undefined;
  };

  const walk = (path: string): GitTreeEntry | undefined => {
    let here = root;
    let pending = path === "" ? [] : path.split("/");
    let done: string[] = [];
    const links: string[] = [];
    for (let followed = 0; pending.length > 0; ) {
      const part = pending[0]!;
      if (here.kind !== "directory") return undefined;
      const entry = objects.tree(here.id).get(part);
      if (entry === undefined || entry.kind === "submodule") return undefined;
      if (entry.kind !== "symlink") {
        here = entry;
        done.push(part);
        pending = pending.slice(1);
        continue;
      }
      if (++followed > maxLinks) throw outside(path, "too many symbolic links");
      const link = readLink(entry, path);
      const target = link.startsWith("/") ? undefined : joinInside([...done, link].join("/"));
      if (target === undefined) throw outside(path, `the symbolic link ${[...done, part].join("/")} leaves the repository`);
      links.push([...done, part].join("/"));
      pending = [...(target === "" ? [] : target.split("/")), ...pending.slice(1)];
      behind.set(path, [...links, pending.join("/")]);
      done = [];
      here = root;
    }
    return here;
  };

  return {
    read(path) {
      const entry = find(path);
      if (entry?.kind !== "file") return undefined;
      return objects.blob(entry.id, path, () => {
        const directory = find(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
        return directory?.kind === "directory" ? fileIds(objects.tree(directory.id)) : [];
      });
    },
    list(directory) {
      const entry = find(directory);
      if (entry?.kind !== "directory") return undefined;
      const known = listings.get(entry.id);
      if (known) return known;
      const entries = [...objects.tree(entry.id).values()]
        .filter((child) => child.kind !== "submodule")
        .map((child): TreeEntry => ({ name: child.name, kind: child.kind as TreeEntry["kind"] }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      listings.set(entry.id, entries);
      return entries;
    },
    kind(path) {
      const kind = find(path)?.kind;
      return kind === "file" || kind === "directory" ? kind : undefined;
    },
    id: (path) => find(path)?.id,
    behind: (path) => behind.get(path),
  };
}

function fileIds(entries: ReadonlyMap<string, GitTreeEntry>): readonly string[] {
  return [...entries.values()].filter((entry) => entry.kind === "file").map((entry) => entry.id);
}

function outside(path: string, why: string): InputError {
  return new InputError(`${path}: ${why}`, {
    code: "TREE_OUTSIDE",
    location: { file: path },
    hint: "keep links inside the repository",
  });
}
