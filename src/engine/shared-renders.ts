import type { KubernetesObject } from "../core/manifest/object.js";
import type { FileTree } from "../core/render/file-tree.js";
import { isReadSetValid, type ReadSet } from "../core/render/recording-tree.js";
import { utf8Decode, utf8Encode } from "../platform/bytes.js";
import type { CachePort } from "../ports/cache.js";
import type { RefReads, RefTree, RenderEntry } from "./render-cache.js";

type Render = Omit<RenderEntry, "id">;

/**
 * Renders that replicas and restarts share. An entry counts only where everything that it read is the same in the trees of now, as in a
 * process's own cache; what cannot be read or does not fit is a miss. The cache hands out only what it can prove to be ours.
 */
export class SharedRenders {
  constructor(
    private readonly cache: CachePort,
    private readonly ttlMs = 24 * 3600_000,
  ) {}

  async find(key: string, commit: string, tree: FileTree, refs: ReadonlyMap<string, RefTree>): Promise<Render | undefined> {
    const bytes = await this.cache.get(key);
    const entry = bytes && decode(bytes);
    if (entry === undefined) return undefined;
    if (entry.commit !== commit && !isReadSetValid(entry.readSet, tree)) return undefined;
    const moved = new Map<string, RefReads>();
    for (const [name, read] of entry.refs) {
      const ref = refs.get(name);
      if (ref === undefined || (ref.commit !== read.commit && !isReadSetValid(read.readSet, ref.tree))) return undefined;
      moved.set(name, { ...read, commit: ref.commit });
    }
    return { ...entry, commit, refs: moved };
  }

  async keep(key: string, entry: Render): Promise<void> {
    const bytes = encode(entry);
    if (bytes !== undefined) await this.cache.set(key, bytes, { ttlMs: this.ttlMs });
  }
}

const format = 1;
const bigintMark = "fleetwright.bigint";
const mostBytes = 8 * 1024 * 1024;

/** Undefined for what would not come back as it is. */
function encode({ commit, readSet, manifests, sourceType, warnings, refs }: Render): Uint8Array | undefined {
  const value = {
    format,
    commit,
    readSet: plainReads(readSet),
    manifests,
    sourceType,
    warnings,
    refs: [...refs].map(([name, read]) => [name, read.commit, plainReads(read.readSet)]),
  };
  let marks = 0;
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== "bigint") return each;
    marks++;
    return { [bigintMark]: each.toString() };
  });
  if (text.length > mostBytes || text.includes('"__proto__"')) return undefined;
  // A manifest that says the mark itself.
  if (text.split(`"${bigintMark}"`).length - 1 !== marks) return undefined;
  return utf8Encode(text);
}

function decode(bytes: Uint8Array): Render | undefined {
  const text = utf8Decode(bytes);
  if (text === undefined) return undefined;
  try {
    const value = (text.includes(bigintMark) ? JSON.parse(text, reviveBigints) : JSON.parse(text)) as {
      readonly format: number;
      readonly commit: string;
      readonly readSet: PlainReads;
      readonly manifests: readonly KubernetesObject[];
      readonly sourceType: string;
      readonly warnings: readonly string[];
      readonly refs: readonly (readonly [string, string, PlainReads])[];
    };
    if (value.format !== format) return undefined;
    const { commit, manifests, sourceType, warnings } = value;
    const refs = new Map(value.refs.map(([name, at, reads]) => [name, { commit: at, readSet: readSetOf(reads) }]));
    return { commit, manifests, sourceType, warnings, readSet: readSetOf(value.readSet), refs };
  } catch {
    // Ours by its seal, and yet not in this shape: another version's.
    return undefined;
  }
}

type Pairs = readonly (readonly [string, string])[];
type PlainReads = readonly [Pairs, Pairs, Pairs, Pairs];

function plainReads({ files, listings, kinds, directories }: ReadSet): PlainReads {
  return [[...files], [...listings], [...kinds], [...directories]];
}

function readSetOf([files, listings, kinds, directories]: PlainReads): ReadSet {
  return { files: new Map(files), listings: new Map(listings), kinds: new Map(kinds), directories: new Map(directories) };
}

function reviveBigints(_: string, value: unknown): unknown {
  const text = (value as { readonly [bigintMark]?: unknown } | null)?.[bigintMark];
  return typeof text === "string" ? BigInt(text) : value;
}
