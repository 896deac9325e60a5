import { utf8Encode } from "../../platform/bytes.js";
import { hashHex } from "../../platform/hash.js";
import type { FileTree } from "../render/file-tree.js";

/** The same tree with one file's text replaced. */
export function editedTree(tree: FileTree, file: string, text: string): FileTree {
  const bytes = utf8Encode(text);
  const edited = { id: hashHex("sha1", bytes), bytes };
  const real = (path: string): string => tree.realPath?.(path) ?? path;
  const target = real(file);
  return {
    read: (path) => (real(path) === target ? edited : tree.read(path)),
    list: (directory) => tree.list(directory),
    kind: (path) => tree.kind(path),
    realPath: real,
  };
}
