/** A cache that may lose anything at any time; values are opaque bytes. A failing cache answers undefined, it never throws. */
export interface CachePort {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array, options?: { readonly ttlMs?: number }): Promise<void>;
  delete(key: string): Promise<void>;
}
