import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { CachePort } from "../../ports/cache.js";

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * A cache on a server that others may read and write: names are hashed and values sealed (AES-256-GCM under keys derived from `secret`, bound
 * to their name). What was changed, moved to another name or made by someone else is a miss; `onForged` hears of it.
 */
export function sealedCache(cache: CachePort, options: { readonly secret: string; readonly onForged?: () => void }): CachePort {
  const derive = (use: string): Buffer => Buffer.from(hkdfSync("sha256", options.secret, "fleetwright", use, 32));
  const nameKey = derive("names");
  const valueKey = derive("values");
  const nameOf = (key: string): string =>
    `fleetwright:${version}:${createHmac("sha256", nameKey).update(key).digest("base64url")}`;
  return {
    async get(key) {
      const name = nameOf(key);
      const sealed = await cache.get(name);
      if (sealed === undefined) return undefined;
      const opened = open(valueKey, name, sealed);
      if (opened === undefined) options.onForged?.();
      return opened;
    },
    async set(key, value, setOptions) {
      const name = nameOf(key);
      await cache.set(name, seal(valueKey, name, value), setOptions);
    },
    delete: (key) => cache.delete(nameOf(key)),
  };
}

function seal(key: Buffer, name: string, value: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

function open(key: Buffer, name: string, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.byteLength < nonceBytes + tagBytes) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(name))
      .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}
