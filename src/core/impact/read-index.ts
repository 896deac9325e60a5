import type { ReadSet } from "../render/recording-tree.js";
import type { Reach } from "./reach.js";

/** Readers and what they read, as another process noted it: asked as it is, not turned around. */
export interface FrozenReads {
  /** Readers of one of `paths`, or of a listing (or, where it counts as a whole, of anything) of one of `directories`. */
  touching(paths: ReadonlySet<string>, directories: ReadonlySet<string>): Iterable<string>;
}

/**
 * The read-sets turned around: path → who read it. `touchedBy` over-approximates in one place only: a path below a listed directory
 * touches the listing even where the listing's names stay the same; the caller validates the read-set then.
 */
export class ReadIndex {
  /** Most paths have one reader: a set is made for the second. */
  readonly #readers = new Map<string, string | Set<string>>();
  readonly #paths = new Map<string, readonly string[]>();

  #frozen: FrozenReads | undefined;
  /** Readers whose frozen notes no longer count. */
  readonly #thawed = new Set<string>();

  /** Only before anything else is noted. */
  takeOver(frozen: FrozenReads): void {
    this.#frozen = frozen;
  }

  set(reader: string, read: ReadSet | Reach): void {
    const below = "listings" in read ? [...read.listings.keys()].map(listingMark) : [...read.directories.keys()].map(wholeMark);
    this.#put(reader, [...read.files.keys(), ...read.kinds.keys(), ...below]);
  }

  #put(reader: string, paths: readonly string[]): void {
    this.remove(reader);
    for (const path of paths) {
      const readers = this.#readers.get(path);
      if (readers instanceof Set) readers.add(reader);
      else if (readers === undefined) this.#readers.set(path, reader);
      else if (readers !== reader) this.#readers.set(path, new Set([readers, reader]));
    }
    this.#paths.set(reader, paths);
  }

  remove(reader: string): void {
    if (this.#frozen) this.#thawed.add(reader);
    for (const path of this.#paths.get(reader) ?? []) {
      const readers = this.#readers.get(path);
      if (readers instanceof Set) readers.delete(reader);
      if (readers === reader || (readers instanceof Set && readers.size === 0)) this.#readers.delete(path);
    }
    this.#paths.delete(reader);
  }

  /** Everyone whose answers a change of these paths may alter. */
  touchedBy(paths: Iterable<string>): ReadonlySet<string> {
    const touched = new Set<string>();
    const add = (path: string): void => {
      const readers = this.#readers.get(path);
      if (readers instanceof Set) for (const reader of readers) touched.add(reader);
      else if (readers !== undefined) touched.add(readers);
    };
    const seen = new Set<string>();
    const changed = new Set<string>();
    for (const path of paths) {
      changed.add(path);
      add(path);
      for (let parent = parentOf(path); ; parent = parentOf(parent)) {
        if (seen.has(parent)) break;
        seen.add(parent);
        // A directory that appears or vanishes is a change of its kind and of its parent's listing.
        add(parent);
        add(listingMark(parent));
        add(wholeMark(parent));
        if (parent === "") break;
      }
    }
    if (this.#frozen) {
      for (const parent of seen) changed.add(parent);
      for (const reader of this.#frozen.touching(changed, seen)) if (!this.#thawed.has(reader)) touched.add(reader);
    }
    return touched;
  }
}

function listingMark(directory: string): string {
  return `${directory}/*`;
}

/** A directory with all that is below it. */
function wholeMark(directory: string): string {
  return `${directory}/**`;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
