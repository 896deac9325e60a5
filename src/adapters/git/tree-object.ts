/** One entry of a git tree object. */
export interface GitTreeEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "submodule";
  readonly id: string;
}

const decoder = new TextDecoder("utf-8");

/** Decodes a raw git tree object: `mode SP name NUL id`, again and again. `idBytes` is 20 for SHA-1 and 32 for SHA-256 repositories. */
export function parseTreeObject(bytes: Uint8Array, idBytes: number): ReadonlyMap<string, GitTreeEntry> {
  const entries = new Map<string, GitTreeEntry>();
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length; ) {
    const space = buffer.indexOf(32, at);
    const end = buffer.indexOf(0, space);
    const mode = buffer.toString("latin1", at, space);
    const name = decoder.decode(buffer.subarray(space + 1, end));
    const id = buffer.toString("hex", end + 1, end + 1 + idBytes);
    entries.set(name, { name, id, kind: kindOfMode(mode) });
    at = end + 1 + idBytes;
  }
  return entries;
}

function kindOfMode(mode: string): GitTreeEntry["kind"] {
  if (mode === "40000") return "directory";
  if (mode === "120000") return "symlink";
  return mode === "160000" ? "submodule" : "file";
}
