import { utf8Encode } from "../../platform/bytes.js";
import { hashHex } from "../../platform/hash.js";
import { InputError } from "../errors.js";
import type { FileTree, TreeEntry, TreeFile } from "./file-tree.js";

const maxLinks = 40;

/** A FileTree over files held in memory; `symlinks` maps a path to its link text. */
export function memoryTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: { readonly symlinks?: Readonly<Record<string, string>>; readonly directories?: readonly string[] } = {},
): FileTree {
  const links = new Map(Object.entries(options.symlinks ?? {}));
  const blobs = new Map(Object.entries(files));
  const read = new Map<string, TreeFile>();
  const directories = new Map<string, Map<string, TreeEntry["kind"]>>([["", new Map()]]);
  const addDirectory = (path: string): Map<string, TreeEntry["kind"]> => {
    const known = directories.get(path);
    if (known) return known;
    const made = new Map<string, TreeEntry["kind"]>();
    directories.set(path, made);
    addDirectory(parentOf(path)).set(baseOf(path), "directory");
    return made;
  };
  for (const path of blobs.keys()) addDirectory(parentOf(path)).set(baseOf(path), "file");
  for (const path of links.keys()) addDirectory(parentOf(path)).set(baseOf(path), "symlink");
  for (const path of options.directories ?? []) addDirectory(path);

  const resolve = (path: string): string => {
    if (links.size === 0) return path;
    let pending = path === "" ? [] : path.split("/");
    let done: string[] = [];
    for (let followed = 0; pending.length > 0; ) {
      const [part, ...rest] = pending as [string, ...string[]];
      pending = rest;
      const here = [...done, part].join("/");
      const link = links.get(here);
      if (link === undefined) {
        done = [...done, part];
        continue;
      }
      if (++followed > maxLinks) throw outside(path, "too many symbolic links");
      const target = joinInside(link.startsWith("/") ? link.slice(1) : `${done.join("/")}/${link}`);
      if (link.startsWith("/") || target === undefined) throw outside(path, `the symbolic link ${here} leaves the tree`);
      pending = [...(target === "" ? [] : target.split("/")), ...pending];
      done = [];
    }
    return done.join("/");
  };

  return {
    read(path) {
      const real = resolve(path);
      const known = read.get(real);
      if (known) return known;
      const content = blobs.get(real);
      if (content === undefined) return undefined;
      const bytes = typeof content === "string" ? utf8Encode(content) : content;
      const file = { id: hashHex("sha1", bytes), bytes };
      read.set(real, file);
      return file;
    },
    list(directory) {
      const entries = directories.get(resolve(directory));
      return entries && [...entries].map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    kind(path) {
      const real = resolve(path);
      if (blobs.has(real)) return "file";
      return directories.has(real) ? "directory" : undefined;
    },
    realPath: resolve,
  };
}

/** `a/./b/../c` → `a/c`; undefined when the path climbs over the root. */
export function joinInside(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

function outside(path: string, why: string): InputError {
  return new InputError(`${path}: ${why}`, {
    code: "TREE_OUTSIDE",
    location: { file: path },
    hint: "keep links inside the repository",
  });
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
