import type { FileTree } from "./file-tree.js";

/** What a render or generator run read of one tree; sorted by path. Valid at another commit when `validate` says so. */
export interface ReadSet {
  /** path → object id; "" stands for a miss (asked for, not there). */
  readonly files: ReadonlyMap<string, string>;
  /** directory → digest of its listing (`name:kind` lines); "" stands for a miss. */
  readonly listings: ReadonlyMap<string, string>;
  /** path → the kind that was answered, "" for none. */
  readonly kinds: ReadonlyMap<string, string>;
}

/** A tree that notes every read, listing and miss while passing it on. */
export function recordReads(tree: FileTree): { readonly tree: FileTree; readonly readSet: () => ReadSet } {
  const files = new Map<string, string>();
  const listings = new Map<string, string>();
  const kinds = new Map<string, string>();
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
        return entries;
      },
      kind(path) {
        const kind = tree.kind(path);
        kinds.set(path, kind ?? "");
        return kind;
      },
      realPath: (path) => (tree.realPath ? tree.realPath(path) : path),
    },
    readSet: () => ({ files, listings, kinds }),
  };
}

/** Whether every answer in `readSet` would be the same at `tree`. */
export function isReadSetValid(readSet: ReadSet, tree: FileTree): boolean {
  for (const [path, id] of readSet.files) if ((tree.read(path)?.id ?? "") !== id) return false;
  for (const [directory, digest] of readSet.listings) if (listingDigest(tree.list(directory)) !== digest) return false;
  for (const [path, kind] of readSet.kinds) if ((tree.kind(path) ?? "") !== kind) return false;
  return true;
}

function listingDigest(entries: ReturnType<FileTree["list"]>): string {
  return entries === undefined ? "" : `[${entries.map((entry) => `${entry.name}:${entry.kind}`).join("\n")}]`;
}
