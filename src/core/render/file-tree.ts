/** A file as the tree has it. */
export interface TreeFile {
  /** Identity of the content: git's object id, or a digest of the bytes. Equal ids mean equal bytes. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface TreeEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink";
}

/**
 * All that core may know of files. Paths are relative to the root, `/`-separated, "" is the root; `.` and `..` are resolved before the
 * call and a path that leaves the root is the caller's InputError. Symlinks that stay inside the tree are followed;
 * one that leaves it throws `InputError` with code `TREE_OUTSIDE`.
 */
export interface FileTree {
  read(path: string): TreeFile | undefined;
  /** Entries sorted by name, or undefined where there is no directory. */
  list(directory: string): readonly TreeEntry[] | undefined;
  kind(path: string): "file" | "directory" | undefined;
  /** The path with symbolic links followed; absent where a tree has none. */
  realPath?(path: string): string | undefined;
  /** For a path that leads through symbolic links: the links themselves and where they end. Asked after the path was; absent where a tree has none. */
  behind?(path: string): readonly string[] | undefined;
  /**
   * Identity of a file or of a whole directory, found without reading it: equal ids mean equal content, all the way down. Optional, since
   * not every tree can know it cheaply.
   */
  id?(path: string): string | undefined;
}
