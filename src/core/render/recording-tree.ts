import type { FileTree } from "./file-tree.js";

/** What a render or generator run read of one tree; sorted by path. Valid at another commit when `validate` says so. */
export interface ReadSet {
  /** path → object id; "" stands for a miss (asked for, not there). */
  readonly files: ReadonlyMap<string, string>;
  /** directory → digest of its listing (`name:kind` lines); "" stands for a miss. */
  readonly listings: ReadonlyMap<string, string>;
  /** path → the kind that was answered, "" for none. */
  readonly kinds: ReadonlyMap<string, string>;
  /** directory → identity of the whole directory, where the tree knows it: equal means that nothing below changed. */
  readonly directories: ReadonlyMap<string, string>;
}

/** A tree that notes every read, listing and miss while passing it on. */
export function recordReads(tree: FileTree): { readonly tree: FileTree; readonly readSet: () => ReadSet } {
  const files = new Map<string, string>();
  const listings = new Map<string, string>();
  const kinds = new Map<string, string>();
  const directories = new Map<string, string>();
  return {
    tree: {
      read(path) {
        const file = tree.read(path);
        files.set(path, file?.id ?? "");
        return file;
      },
      list(directory) {
        const entries = tree.list(directory);
        listings.set(directory, listingDigest(entries));
        const id = tree.id?.(directory);
        if (id !== undefined) directories.set(directory, id);
        return entries;
      },
      kind(path) {
        const kind = tree.kind(path);
        kinds.set(path, kind ?? "");
        return kind;
      },
      realPath: (path) => (tree.realPath ? tree.realPath(path) : path),
    },
    readSet: () => ({ files, listings, kinds, directories }),
  };
}

/** Whether every answer in `readSet` would be the same at `tree`; files are compared by id, not read, where the tree can. */
export function isReadSetValid(readSet: ReadSet, tree: FileTree): boolean {
  const idOf = (path: string): string => (tree.id && tree.kind(path) === "file" ? tree.id(path) : tree.read(path)?.id) ?? "";
  for (const [path, id] of readSet.files) if (idOf(path) !== id) return false;
  for (const [path, kind] of readSet.kinds) if ((tree.kind(path) ?? "") !== kind) return false;
  for (const [directory, digest] of readSet.listings) {
    const known = readSet.directories.get(directory);
    if (known !== undefined && tree.id?.(directory) === known) continue;
    if (listingDigest(tree.list(directory)) !== digest) return false;
  }
  return true;
}

/** Whether two read-sets hold the same questions with the same answers. */
export function isSameReadSet(a: ReadSet, b: ReadSet): boolean {
  const isSame = (left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean => {
    if (left.size !== right.size) return false;
    for (const [key, value] of left) if (right.get(key) !== value) return false;
    return true;
  };
  return a === b || (isSame(a.files, b.files) && isSame(a.kinds, b.kinds) && isSame(a.listings, b.listings));
}

function listingDigest(entries: ReturnType<FileTree["list"]>): string {
  return entries === undefined ? "" : `[${entries.map((entry) => `${entry.name}:${entry.kind}`).join("\n")}]`;
}
