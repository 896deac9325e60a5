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
  /** Some path led through symbolic links: they and their targets are among `files` and `kinds`. */
  readonly isLinked?: boolean;
}

/** The files that were read and were there. */
export function filesRead({ files }: ReadSet): readonly string[] {
  return [...files].flatMap(([path, id]) => (id === "" ? [] : [path]));
}

/** A tree that notes every read, listing and miss while passing it on. */
export function recordReads(tree: FileTree): { readonly tree: FileTree; readonly readSet: () => ReadSet } {
  const files = new Map<string, string>();
  const listings = new Map<string, string>();
  const kinds = new Map<string, string>();
  const directories = new Map<string, string>();
  let isLinked = false;
  const noteLinks = (path: string): void => {
    for (const behind of tree.behind?.(path) ?? []) {
      isLinked = true;
      if (behind !== path && !kinds.has(behind)) kinds.set(behind, tree.kind(behind) ?? "");
    }
  };
  return {
    tree: {
      read(path) {
        const file = tree.read(path);
        files.set(path, file?.id ?? "");
        noteLinks(path);
        return file;
      },
      list(directory) {
        const entries = tree.list(directory);
        listings.set(directory, listingDigest(entries));
        const id = tree.id?.(directory);
        if (id !== undefined) directories.set(directory, id);
        noteLinks(directory);
        return entries;
      },
      kind(path) {
        const kind = tree.kind(path);
        kinds.set(path, kind ?? "");
        noteLinks(path);
        return kind;
      },
      realPath: (path) => (tree.realPath ? tree.realPath(path) : path),
    },
    readSet: () => ({ files, listings, kinds, directories, ...(isLinked ? { isLinked } : {}) }),
  };
}

/**
 * Whether every answer in `readSet` would be the same at `tree`; files are compared by id, not read, where the tree can. `changed`: all paths that
 * may differ from the tree where the read-set held; then only what they can alter is looked at.
 */
export function isReadSetValid(readSet: ReadSet, tree: FileTree, changed?: readonly string[]): boolean {
  const size = readSet.files.size + readSet.kinds.size + readSet.listings.size;
  const quick = changed !== undefined && changed.length < size ? isReadSetValidAt(readSet, tree, changed) : undefined;
  if (quick !== undefined) return quick;
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

/** A changed path alters itself, and kind and listing of the directories above it. */
export function pathsAndParents(changed: readonly string[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const path of changed) {
    paths.add(path);
    for (let parent = path; parent !== ""; ) {
      parent = parent.slice(0, Math.max(0, parent.lastIndexOf("/")));
      if (paths.has(parent)) break;
      paths.add(parent);
    }
  }
  return paths;
}

/** As `isReadSetValid`, from what the read-set holds of the changed paths and of those above them; undefined where links lead elsewhere. */
export function isReadSetValidAt(readSet: ReadSet, tree: FileTree, changed: readonly string[]): boolean | undefined {
  if (readSet.isLinked) return undefined;
  const seen = new Set<string>();
  const isSame = (path: string): boolean => {
    const kind = readSet.kinds.get(path);
    return kind === undefined || (tree.kind(path) ?? "") === kind;
  };
  for (const path of changed) {
    const id = readSet.files.get(path);
    if (id !== undefined && id !== (tree.read(path)?.id ?? "")) return false;
    if (!isSame(path)) return false;
    for (let parent = path; parent !== ""; ) {
      parent = parent.slice(0, Math.max(0, parent.lastIndexOf("/")));
      if (seen.has(parent)) break;
      seen.add(parent);
      const digest = readSet.listings.get(parent);
      if (digest !== undefined && listingDigest(tree.list(parent)) !== digest) return false;
      // A file may stand where a directory was, or nothing.
      const file = readSet.files.get(parent);
      if (!isSame(parent) || (file !== undefined && file !== (tree.read(parent)?.id ?? ""))) return false;
    }
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
