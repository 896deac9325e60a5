import { readFileSync } from "node:fs";

/** Where the objects of one pack begin in it. */
export interface PackIndex {
  offsetOf(id: string): number | undefined;
}

const headerBytes = 8;

/** Reads a version 2 pack index; undefined for any other. `idBytes`: 20 for SHA-1, 32 for SHA-256. */
export function readPackIndex(file: string, idBytes: number): PackIndex | undefined {
  const index = readFileSync(file);
  if (index.length < headerBytes + 1024 || index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) return undefined;
  const count = index.readUInt32BE(headerBytes + 255 * 4);
  const ids = headerBytes + 1024;
  const offsets = ids + count * (idBytes + 4);
  const largeOffsets = offsets + count * 4;
  return {
    offsetOf(id) {
      const wanted = Buffer.from(id, "hex");
      const first = wanted[0]!;
      let low = first === 0 ? 0 : index.readUInt32BE(headerBytes + (first - 1) * 4);
      let high = index.readUInt32BE(headerBytes + first * 4);
      while (low < high) {
        const middle = (low + high) >>> 1;
        const order = index.compare(wanted, 0, idBytes, ids + middle * idBytes, ids + (middle + 1) * idBytes);
        if (order === 0) {
          const offset = index.readUInt32BE(offsets + middle * 4);
          // The highest bit says that the offset did not fit and stands in a table of its own.
          return offset < 0x80000000 ? offset : Number(index.readBigUInt64BE(largeOffsets + (offset - 0x80000000) * 8));
        }
        if (order < 0) low = middle + 1;
        else high = middle;
      }
      return undefined;
    },
  };
}
