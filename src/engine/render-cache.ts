import type { KubernetesObject } from "../core/manifest/object.js";
import type { FileTree } from "../core/render/file-tree.js";
import { isReadSetValid, type ReadSet } from "../core/render/recording-tree.js";
import type { RemoteTreeNeed } from "../core/render/render-source.js";
import { mayNotice, type TreeChange } from "./tree-change.js";

/** A render and what it read. */
export interface RenderEntry {
  /** Changes when the manifests do. */
  readonly id: string;
  readonly commit: string;
  readonly readSet: ReadSet;
  readonly manifests: readonly KubernetesObject[];
  readonly sourceType: string;
  readonly warnings: readonly string[];
  /** What was read of the trees of sources with `ref`, by their names. */
  readonly refs: ReadonlyMap<string, RefReads>;
  /** What it took from elsewhere: charts that its chart depends on, remote bases. */
  readonly remotes?: readonly RemoteRead[];
}

/** What was read outside of the sources, and what named its content then. */
export interface RemoteRead {
  readonly need: RemoteTreeNeed;
  readonly content: string;
}

export interface RefReads {
  readonly commit: string;
  readonly readSet: ReadSet;
}

/** A tree that a source lends to others under its `ref`. */
export interface RefTree {
  readonly commit: string;
  readonly tree: FileTree;
}

const noRefs: ReadonlyMap<string, RefTree> = new Map();

/**
 * Renders by what they were made from: the source's text and settings, and every file, listing and miss that was read. A commit that
 * changes none of these is a hit, whatever else it changes.
 */
export class RenderCache {
  private readonly entries = new Map<string, RenderEntry>();
  private renders = 0;

  constructor(private readonly maxEntries = 20_000) {}

  /** The render of `key` at `commit`, if what it read is the same there and in the trees it borrowed from. */
  find(key: string, commit: string, tree: FileTree, refs: ReadonlyMap<string, RefTree> = noRefs): RenderEntry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    const isSame = entry.commit === commit;
    if (!isSame && !isReadSetValid(entry.readSet, tree)) return undefined;
    const movedRefs = new Map<string, RefReads>();
    for (const [name, read] of entry.refs) {
      const ref = refs.get(name);
      if (ref === undefined || (ref.commit !== read.commit && !isReadSetValid(read.readSet, ref.tree))) return undefined;
      if (ref.commit !== read.commit) movedRefs.set(name, { ...read, commit: ref.commit });
    }
    if (isSame && movedRefs.size === 0) return entry;
    const moved = { ...entry, commit, refs: movedRefs.size === 0 ? entry.refs : new Map([...entry.refs, ...movedRefs]) };
    this.entries.set(key, moved);
    return moved;
  }

  /**
   * Whether there is a render of `key` that would still hold in `tree`, its own or that of a `ref`; undefined where there is none. With a
   * change whose former commit the render stands at, only what the change may touch is looked at.
   */
  holds(
    key: string,
    tree: FileTree,
    of: { readonly ref?: string | undefined; readonly change?: TreeChange | undefined } = {},
  ): boolean | undefined {
    const entry = this.entries.get(key);
    const read = of.ref === undefined ? entry : entry?.refs.get(of.ref);
    if (read === undefined) return undefined;
    if (of.change !== undefined && !mayNotice(read.readSet, of.change)) return true;
    return isReadSetValid(read.readSet, tree);
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
