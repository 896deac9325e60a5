import type { KubernetesObject } from "../core/manifest/object.js";
import type { FileTree } from "../core/render/file-tree.js";
import { isReadSetValid, type ReadSet } from "../core/render/recording-tree.js";

/** A render and what it read. */
export interface RenderEntry {
  /** Changes when the manifests do. */
  readonly id: string;
  readonly commit: string;
  readonly readSet: ReadSet;
  readonly manifests: readonly KubernetesObject[];
  readonly sourceType: string;
}

/**
 * Renders by what they were made from: the source's text and settings, and every file, listing and miss that was read. A commit that
 * changes none of these is a hit, whatever else it changes.
 */
export class RenderCache {
  private readonly entries = new Map<string, RenderEntry>();
  private renders = 0;

  constructor(private readonly maxEntries = 20_000) {}

  /** The render of `key` at `commit`, if what it read is the same there. */
  find(key: string, commit: string, tree: FileTree): RenderEntry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.commit === commit) return entry;
    if (!isReadSetValid(entry.readSet, tree)) return undefined;
    const moved = { ...entry, commit };
    this.entries.set(key, moved);
    return moved;
  }

  /** Whether there is a render of `key` that would still hold in `tree`; undefined where there is none. */
  holds(key: string, tree: FileTree): boolean | undefined {
    const entry = this.entries.get(key);
    return entry && isReadSetValid(entry.readSet, tree);
  }

  put(key: string, made: Omit<RenderEntry, "id">): RenderEntry {
    const entry = { id: String(++this.renders), ...made };
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.maxEntries) break;
      this.entries.delete(oldest);
    }
    return entry;
  }

  drop(key: string): void {
    this.entries.delete(key);
  }
}
