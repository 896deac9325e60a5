import type { Reach } from "../../core/impact/reach.js";
import type { FrozenReads } from "../../core/impact/read-index.js";
import type { ReadSet } from "../../core/render/recording-tree.js";
import type { stringReader } from "./stored-strings.js";

/** Read-sets and reaches as numbers of strings, all in one array: most of them are never made again. */
export interface StoredReads {
  /** Keys and values in turn. */
  readonly pairs: Uint32Array;
  /** Of each one: where it begins, how many files, listings, kinds and directories, and its marks. */
  readonly spans: Uint32Array;
}

const spanSize = 6;
const linkedMark = 1;
const reachMark = 2;
const none: ReadonlyMap<string, string> = new Map();

export function readsWriter(numberOf: (text: string) => number): {
  /** Its number. */
  readonly add: (reads: ReadSet | Reach) => number;
  readonly written: () => StoredReads;
} {
  const pairs: number[] = [];
  const spans: number[] = [];
  return {
    add(reads) {
      const listings = "listings" in reads ? reads.listings : none;
      const marks = (reads.isLinked ? linkedMark : 0) | ("listings" in reads ? 0 : reachMark);
      spans.push(pairs.length, reads.files.size, listings.size, reads.kinds.size, reads.directories.size, marks);
      for (const map of [reads.files, listings, reads.kinds, reads.directories])
        for (const [key, value] of map) pairs.push(numberOf(key), numberOf(value));
      return spans.length / spanSize - 1;
    },
    written: () => ({ pairs: Uint32Array.from(pairs), spans: Uint32Array.from(spans) }),
  };
}

export function readsReader({ pairs, spans }: StoredReads, strings: ReturnType<typeof stringReader>) {
  const spanOf = (number: number): readonly number[] => [...spans.subarray(number * spanSize, (number + 1) * spanSize)];

  const readSet = (number: number): ReadSet => {
    const [start = 0, files = 0, listings = 0, kinds = 0, directories = 0, marks = 0] = spanOf(number);
    let at = start;
    const next = (count: number): ReadonlyMap<string, string> => {
      const map = new Map<string, string>();
      for (const end = at + count * 2; at < end; at += 2) map.set(strings.at(pairs[at]!), strings.at(pairs[at + 1]!));
      return map;
    };
    const sets = { files: next(files), listings: next(listings), kinds: next(kinds), directories: next(directories) };
    return marks & linkedMark ? { ...sets, isLinked: true } : sets;
  };

  const reach = (number: number): Reach => {
    let made: ReadSet | undefined;
    const all = (): ReadSet => (made ??= readSet(number));
    return {
      get files() {
        return all().files;
      },
      get kinds() {
        return all().kinds;
      },
      get directories() {
        return all().directories;
      },
    };
  };

  const isTouched = (number: number, isPath: Uint8Array, isDirectory: Uint8Array): boolean => {
    const [start = 0, files = 0, listings = 0, kinds = 0, directories = 0, marks = 0] = spanOf(number);
    let at = start;
    const has = (count: number, marked: Uint8Array): boolean => {
      for (const end = at + count * 2; at < end; at += 2) if (marked[pairs[at]!] === 1) return true;
      return false;
    };
    if (has(files, isPath) || has(listings, isDirectory) || has(kinds, isPath)) return true;
    // A read-set's directories only say quickly that its listings stand.
    return (marks & reachMark) !== 0 && has(directories, isDirectory);
  };

  const frozen = (readers: ReadonlyMap<string, number>): FrozenReads => ({
    *touching(paths, directories) {
      const marked = (texts: ReadonlySet<string>): Uint8Array => {
        const marks = new Uint8Array(strings.count);
        for (const text of texts) {
          const number = strings.find(text);
          if (number !== undefined) marks[number] = 1;
        }
        return marks;
      };
      const isPath = marked(paths);
      const isDirectory = marked(directories);
      for (const [reader, number] of readers) if (isTouched(number, isPath, isDirectory)) yield reader;
    },
  });

  return { readSet, reach, frozen };
}
