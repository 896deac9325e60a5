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

/** Made when somebody looks at it: few are. */
class StoredReach implements Reach {
  readonly #make: () => Reach;
  #made: Reach | undefined;

  constructor(make: () => Reach) {
    this.#make = make;
  }

  get files(): Reach["files"] {
    return this.#all().files;
  }

  get kinds(): Reach["kinds"] {
    return this.#all().kinds;
  }

  get directories(): Reach["directories"] {
    return this.#all().directories;
  }

  #all(): Reach {
    this.#made ??= this.#make();
    return this.#made;
  }
}

export function readsReader({ pairs, spans }: StoredReads, strings: ReturnType<typeof stringReader>) {
  const spanOf = (number: number): readonly number[] => [...spans.subarray(number * spanSize, (number + 1) * spanSize)];

  const readSet = (number: number, isWanted?: Uint8Array): ReadSet => {
    const [start = 0, files = 0, listings = 0, kinds = 0, directories = 0, marks = 0] = spanOf(number);
    let at = start;
    const next = (count: number): ReadonlyMap<string, string> => {
      const map = new Map<string, string>();
      for (const end = at + count * 2; at < end; at += 2)
        if (isWanted === undefined || isWanted[pairs[at]!] === 1) map.set(strings.at(pairs[at]!), strings.at(pairs[at + 1]!));
      return map;
    };
    const sets = { files: next(files), listings: next(listings), kinds: next(kinds), directories: next(directories) };
    return marks & linkedMark ? { ...sets, isLinked: true } : sets;
  };

  const reach = (number: number): Reach => new StoredReach(() => readSet(number));

  // Asked of every reader at each move: nothing is made on the way.
  const hasMarked = (from: number, count: number, marks: Uint8Array): boolean => {
    for (let at = from, end = from + count * 2; at < end; at += 2) if (marks[pairs[at]!] === 1) return true;
    return false;
  };
  const isTouched = (number: number, isPath: Uint8Array, isDirectory: Uint8Array): boolean => {
    const span = number * spanSize;
    const files = spans[span]!;
    const listings = files + spans[span + 1]! * 2;
    const kinds = listings + spans[span + 2]! * 2;
    const directories = kinds + spans[span + 3]! * 2;
    if (hasMarked(files, spans[span + 1]!, isPath) || hasMarked(listings, spans[span + 2]!, isDirectory)) return true;
    if (hasMarked(kinds, spans[span + 3]!, isPath)) return true;
    // A read-set's directories only say quickly that its listings stand.
    return (spans[span + 5]! & reachMark) !== 0 && hasMarked(directories, spans[span + 4]!, isDirectory);
  };

  const marked = (texts: Iterable<string>): Uint8Array => {
    const marks = new Uint8Array(strings.count);
    for (const text of texts) {
      const number = strings.find(text);
      if (number !== undefined) marks[number] = 1;
    }
    return marks;
  };

  /** What a read-set says of these paths, and nothing else of it. */
  const readSetOf = (number: number, paths: Iterable<string>): ReadSet => readSet(number, marked(paths));

  const frozen = (readers: ReadonlyMap<string, number>): FrozenReads => ({
    *touching(paths, directories) {
      const isPath = marked(paths);
      const isDirectory = marked(directories);
      for (const [reader, number] of readers) if (isTouched(number, isPath, isDirectory)) yield reader;
    },
  });

  return { readSet: (number: number): ReadSet => readSet(number), readSetOf, reach, frozen };
}
