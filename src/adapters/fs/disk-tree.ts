import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { InputError } from "../../core/errors.js";
import type { FileTree, TreeEntry, TreeFile } from "../../core/render/file-tree.js";
import { hashHex } from "../../platform/hash.js";

export interface DiskTreeOptions {
  /** A larger file is refused unread; default 64 MiB. */
  readonly maxFileBytes?: number;
}

const defaultMaxFileBytes = 64 << 20;

/**
 * The files below `root`, read when they are asked for and once each: a snapshot as far as it was looked at. Links that leave the
 * root are refused with TREE_OUTSIDE.
 */
export function diskTree(root: string, options: DiskTreeOptions = {}): FileTree {
  const realRoot = realpathSync(root);
  const maxFileBytes = options.maxFileBytes ?? defaultMaxFileBytes;
  const files = new Map<string, TreeFile | undefined>();
  const kinds = new Map<string, "file" | "directory" | undefined>();
  const real = new Map<string, string | undefined>();

  const realPath = (path: string): string | undefined => {
    if (real.has(path)) return real.get(path);
    const found = step(path);
    real.set(path, found);
    return found;
  };

  /** One look at the last part of the path; only links are followed by the system. */
  const step = (path: string): string | undefined => {
    if (path === "") return "";
    const slash = path.lastIndexOf("/");
    const parent = realPath(path.slice(0, Math.max(0, slash)));
    if (parent === undefined) return undefined;
    const here = parent === "" ? path.slice(slash + 1) : `${parent}/${path.slice(slash + 1)}`;
    let stat: Stats | undefined;
    try {
      stat = lstatSync(join(realRoot, here), { throwIfNoEntry: false });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
    if (stat === undefined) return undefined;
    if (stat.isSymbolicLink()) return resolveInside(realRoot, path);
    kinds.set(path, stat.isDirectory() ? "directory" : stat.isFile() ? "file" : undefined);
    return here;
  };

  return {
    realPath,
    kind(path) {
      if (kinds.has(path)) return kinds.get(path);
      const found = realPath(path);
      if (kinds.has(path)) return kinds.get(path);
      const kind = kindOf(realRoot, found);
      kinds.set(path, kind);
      return kind;
    },
    read(path) {
      if (files.has(path)) return files.get(path);
      const file = readFile(realRoot, realPath(path), maxFileBytes);
      files.set(path, file);
      return file;
    },
    list(directory) {
      const found = realPath(directory);
      if (found === undefined || (kinds.get(directory) ?? kindOf(realRoot, found)) !== "directory") return undefined;
      // What a listing of a real directory calls a file or directory is one at its own real path: the disk need not be asked again.
      const note = (name: string, kind: "file" | "directory"): TreeEntry[] => {
        const path = directory === "" ? name : `${directory}/${name}`;
        real.set(path, found === "" ? name : `${found}/${name}`);
        kinds.set(path, kind);
        return [{ name, kind }];
      };
      return readdirSync(join(realRoot, found), { withFileTypes: true })
        .flatMap((entry): TreeEntry[] => {
          if (entry.isSymbolicLink()) return [{ name: entry.name, kind: "symlink" }];
          if (entry.isDirectory()) return note(entry.name, "directory");
          return entry.isFile() ? note(entry.name, "file") : [];
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

/** The path with links followed, relative to the root; undefined where nothing is. */
function resolveInside(root: string, path: string): string | undefined {
  let found: string;
  try {
    found = realpathSync(join(root, path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
  if (found === root) return "";
  const prefix = root.endsWith(sep) ? root : root + sep;
  if (!found.startsWith(prefix))
    throw new InputError(`${path}: ${describeLink(root, path)} leaves the tree`, {
      code: "TREE_OUTSIDE",
      location: { file: path },
      hint: "keep links inside the repository",
    });
  return relative(root, found).split(sep).join("/");
}

function describeLink(root: string, path: string): string {
  const full = join(root, path);
  return lstatSync(full).isSymbolicLink() ? `the symbolic link to ${readlinkSync(full)}` : "a symbolic link on the way";
}

function kindOf(root: string, path: string | undefined): "file" | "directory" | undefined {
  if (path === undefined) return undefined;
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat?.isDirectory()) return "directory";
  return stat?.isFile() ? "file" : undefined;
}

function readFile(root: string, path: string | undefined, maxFileBytes: number): TreeFile | undefined {
  if (path === undefined || kindOf(root, path) !== "file") return undefined;
  const full = join(root, path);
  const { size } = statSync(full);
  if (size > maxFileBytes)
    throw new InputError(`${path}: the file has ${size} bytes, more than the ${maxFileBytes} that are read`, {
      code: "TREE_FILE_TOO_LARGE",
      location: { file: path },
    });
  try {
    const bytes = new Uint8Array(readFileSync(full));
    return { id: hashHex("sha1", bytes), bytes };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

function unreadable(path: string, cause: unknown): InputError {
  return new InputError(`${path}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code: "TREE_UNREADABLE",
    location: { file: path },
    cause,
  });
}
