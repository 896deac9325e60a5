import { closeSync, openSync, readSync } from "node:fs";

/** Web Crypto gives so many bytes at a time. */
const mostAtOnce = 65_536;

/** Bytes for secrets: the system's own device where there is one, since loading Web Crypto takes as long as rendering a chart. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  if (readDevice(bytes)) return bytes;
  for (let at = 0; at < count; at += mostAtOnce) crypto.getRandomValues(bytes.subarray(at, at + mostAtOnce));
  return bytes;
}

function readDevice(bytes: Uint8Array): boolean {
  let device: number;
  try {
    device = openSync("/dev/urandom", "r");
  } catch {
    return false;
  }
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(device, bytes, at, bytes.length - at, null);
      if (read === 0) return false;
      at += read;
    }
    return true;
  } catch {
    return false;
  } finally {
    closeSync(device);
  }
}
