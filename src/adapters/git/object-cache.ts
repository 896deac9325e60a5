import type { TreeFile } from "../../core/render/file-tree.js";
import type { GitTreeEntry } from "./tree-object.js";

/**
 * Trees and blobs by object id, shared by all commits and repositories: equal ids are equal bytes, so nothing here is ever stale.
 * Blobs are bounded by bytes, the longest unused goes first; trees are bounded by their number of entries.
 */
export class ObjectCache {
  private readonly trees = new Map<string, ReadonlyMap<string, GitTreeEntry>>();
  private readonly blobs = new Map<string, TreeFile>();
  private treeEntries = 0;
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly maxTreeEntries: number,
  ) {}

  tree(id: string): ReadonlyMap<string, GitTreeEntry> | undefined {
    return this.trees.get(id);
  }

  addTree(id: string, entries: ReadonlyMap<string, GitTreeEntry>): void {
    if (this.trees.has(id)) return;
    this.trees.set(id, entries);
    this.treeEntries += entries.size + 1;
    for (const [oldest, dropped] of this.trees) {
      if (this.treeEntries <= this.maxTreeEntries || oldest === id) break;
      this.trees.delete(oldest);
      this.treeEntries -= dropped.size + 1;
    }
  }

  has(id: string): boolean {
    return this.blobs.has(id);
  }

  blob(id: string): TreeFile | undefined {
    const file = this.blobs.get(id);
    if (file === undefined) return undefined;
    // Most of a cache below half its bound never needs an order.
    if (this.bytes * 2 > this.maxBytes) {
      this.blobs.delete(id);
      this.blobs.set(id, file);
    }
    return file;
  }

  addBlob(id: string, bytes: Uint8Array): TreeFile {
    const known = this.blobs.get(id);
    if (known !== undefined) return known;
    const file: TreeFile = { id, bytes };
    if (bytes.byteLength > this.maxBytes / 4) return file;
    this.blobs.set(id, file);
    this.bytes += bytes.byteLength + 200;
    for (const [oldest, dropped] of this.blobs) {
      if (this.bytes <= this.maxBytes) break;
      this.blobs.delete(oldest);
      this.bytes -= dropped.bytes.byteLength + 200;
    }
    return file;
  }
}
