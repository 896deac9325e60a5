import type { CachePort } from "../../ports/cache.js";

/** A CachePort in this process, bounded by bytes; the least recently used entry goes first. */
export function memoryCache(maxBytes: number): CachePort {
  const entries = new Map<string, Uint8Array>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= entries.get(key)?.byteLength ?? 0;
    entries.delete(key);
  };
  return {
    async get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    async set(key, value) {
      drop(key);
      if (value.byteLength > maxBytes) return;
      entries.set(key, value);
      bytes += value.byteLength;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
    },
    async delete(key) {
      drop(key);
    },
  };
}
