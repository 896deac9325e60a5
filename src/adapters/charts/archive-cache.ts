import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";

/** Packed charts by their digest, shared by all repositories; what was damaged on disk is not used. */
export class ArchiveCache {
  constructor(private readonly directory: string) {}

  async get(digest: string): Promise<Uint8Array | undefined> {
    const bytes = await readFile(this.fileOf(digest)).catch(() => undefined);
    return bytes && sha256(bytes) === digest ? new Uint8Array(bytes) : undefined;
  }

  /** Keeps the bytes if it can; a full disk does not fail a render. */
  async put(digest: string, bytes: Uint8Array): Promise<void> {
    const draft = join(this.directory, `draft-${randomUUID()}`);
    try {
      await mkdir(this.directory, { recursive: true });
      await writeFile(draft, bytes, { mode: 0o600 });
      await rename(draft, this.fileOf(digest));
    } catch {
      await rm(draft, { force: true }).catch(() => {});
    }
  }

  private fileOf(digest: string): string {
    return join(this.directory, `${checkDigest(digest).slice("sha256:".length)}.tgz`);
  }
}

/** `sha256:…` of the bytes. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The digest, if it is a sha256 in full: anything else could name another file. */
export function checkDigest(digest: string): string {
  if (isDigest(digest)) return digest;
  throw new InputError(`${JSON.stringify(digest)} is no sha256 digest`, { code: "REGISTRY_DIGEST" });
}

export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** Throws where the bytes are not what the digest promises. */
export function verify(bytes: Uint8Array, digest: string, what: string): void {
  const actual = sha256(bytes);
  if (actual !== checkDigest(digest))
    throw new InputError(`${what} has the digest ${actual}, not ${digest}`, { code: "REGISTRY_DIGEST" });
}
