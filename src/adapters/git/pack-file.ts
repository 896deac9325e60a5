import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { applyDelta } from "./pack-delta.js";
import { type PackIndex, readPackIndex } from "./pack-index.js";

export interface StoredObject {
  readonly type: "commit" | "tree" | "blob" | "tag";
  readonly bytes: Buffer;
}

/** One pack, read at once and in place. */
export interface PackFile {
  /** Undefined where the pack does not hold it. `baseOf` finds what a delta names by id. */
  read(id: string, baseOf: (id: string) => StoredObject | undefined): StoredObject | undefined;
  close(): void;
}

const types = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" } as const;
/** Deltas build on few bases; these are kept up to so many bytes. */
const keptBytes = 32 << 20;
/** Packs up to this size are read whole: one read is cheaper than thousands. */
const smallPackBytes = 32 << 20;
const windowBytes = 4096;
/** zlib's own bound for what it cannot compress, beyond a fraction of the size. */
const incompressible = 64;

/** Opens the pack beside an index; undefined where its format is another. */
export function openPack(indexFile: string, idBytes: number): PackFile | undefined {
  const index = readPackIndex(indexFile, idBytes);
  if (!index) return undefined;
  return readerOf(index, openSync(indexFile.replace(/\.idx$/, ".pack"), "r"), idBytes);
}

function readerOf(index: PackIndex, handle: number, idBytes: number): PackFile {
  const bases = new Map<number, StoredObject>();
  let basesBytes = 0;
  let whole: Buffer | undefined;
  const scratch = Buffer.allocUnsafe(windowBytes);

  const load = (target: Buffer, offset: number): Buffer => target.subarray(0, readSync(handle, target, 0, target.length, offset));
  const { size: packBytes } = fstatSync(handle);

  /** At least the header of the object at `offset`, and as many bytes after it as come at no cost. */
  const windowAt = (offset: number): Buffer => {
    if (packBytes > smallPackBytes) return load(scratch, offset);
    whole ??= load(Buffer.allocUnsafe(packBytes), 0);
    return whole.subarray(offset);
  };

  const at = (offset: number, baseOf: (id: string) => StoredObject | undefined): StoredObject => {
    const head = windowAt(offset);
    let position = 0;
    let byte = head[position++]!;
    const kind = (byte >> 4) & 7;
    let size = byte & 15;
    for (let scale = 16; byte & 0x80; scale *= 128) {
      byte = head[position++]!;
      size += (byte & 0x7f) * scale;
    }
    const inflated = (start: number): Buffer => {
      const bound = size + (size >>> 12) + (size >>> 14) + incompressible;
      const isHere = packBytes <= smallPackBytes || start + bound <= head.length;
      return inflate(isHere ? head.subarray(start, start + bound) : load(Buffer.allocUnsafe(bound), offset + start), size);
    };
    const type = types[kind as keyof typeof types];
    if (type) return { type, bytes: inflated(position) };
    // The window is read over when the base is read: the delta comes first.
    let base: StoredObject | undefined;
    let delta: Buffer;
    if (kind === 6) {
      byte = head[position++]!;
      let distance = byte & 0x7f;
      while (byte & 0x80) {
        byte = head[position++]!;
        distance = (distance + 1) * 128 + (byte & 0x7f);
      }
      delta = inflated(position);
      base = kept(offset - distance, baseOf);
    } else if (kind === 7) {
      const baseId = head.toString("hex", position, position + idBytes);
      delta = inflated(position + idBytes);
      base = baseOf(baseId);
    } else throw new Error(`an object of kind ${kind}`);
    if (!base) throw new Error("a delta without its base");
    return { type: base.type, bytes: applyDelta(base.bytes, delta) };
  };

  const kept = (offset: number, baseOf: (id: string) => StoredObject | undefined): StoredObject => {
    const known = bases.get(offset);
    if (known) return known;
    const made = at(offset, baseOf);
    basesBytes += made.bytes.length;
    if (basesBytes > keptBytes) {
      bases.clear();
      basesBytes = made.bytes.length;
    }
    bases.set(offset, made);
    return made;
  };

  return {
    read(id, baseOf) {
      const offset = index.offsetOf(id);
      return offset === undefined ? undefined : (bases.get(offset) ?? at(offset, baseOf));
    },
    close: () => closeSync(handle),
  };
}

function inflate(compressed: Buffer, size: number): Buffer {
  const bytes = inflateSync(compressed, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size) });
  if (bytes.length !== size) throw new Error("an object of another size");
  return bytes;
}
