import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type CloneLocation, readIfThere } from "./clone-location.js";
import type { ObjectStore } from "./object-store.js";

const fullId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const deepestLink = 5;
const deepestTag = 10;

/**
 * The commit of a revision, as git would resolve it: a full id, HEAD, a branch, a tag or a remote's branch, with `~N` and `^N` behind it.
 * Undefined for everything else (short ids, `@{…}`, `:/text`, reflogs, replaced objects), and for what is not there: git answers these.
 */
export function resolveInClone(revision: string, clone: CloneLocation, store: Pick<ObjectStore, "read">): string | undefined {
  const [, name = "", steps = ""] = /^([^~^:@{}\s]+|@)((?:[~^]\d*)*)$/.exec(revision) ?? [];
  if (name === "" || isRewritten(clone)) return undefined;
  let commit = peel(fullId.test(name) ? name : refNamed(name === "@" ? "HEAD" : name, clone), store);
  for (const [, kind, digits] of steps.matchAll(/([~^])(\d*)/g)) {
    const count = digits === "" ? 1 : Number(digits);
    if (kind === "~") for (let step = 0; step < count && commit !== undefined; step++) commit = parentOf(commit, 1, store);
    else if (count > 0) commit = parentOf(commit, count, store);
  }
  return commit;
}

/** History that is not what the commits say. */
function isRewritten({ commonDir }: CloneLocation): boolean {
  return hasEntries(join(commonDir, "refs/replace")) || existsSync(join(commonDir, "info/grafts"));
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

/** Git's order: `refs/NAME`, tags, branches, remotes. */
function refNamed(name: string, clone: CloneLocation): string | undefined {
  if (name.includes("..") || name.startsWith("/") || name.startsWith("-")) return undefined;
  if (/^[A-Z_]*HEAD$/.test(name)) return readRef(name, clone, 0);
  if (name.startsWith("refs/")) return readRef(name, clone, 0);
  for (const prefix of ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"]) {
    const found = readRef(`${prefix}${name}`, clone, 0);
    if (found !== undefined) return found;
  }
  return readRef(`refs/remotes/${name}/HEAD`, clone, 0);
}

function readRef(ref: string, clone: CloneLocation, depth: number): string | undefined {
  if (depth > deepestLink) return undefined;
  const folder = ref.startsWith("refs/") ? clone.commonDir : clone.gitDir;
  const text = readIfThere(join(folder, ref))?.trim();
  const link = text === undefined ? undefined : /^ref: (\S+)$/.exec(text)?.[1];
  if (link !== undefined) return readRef(link, clone, depth + 1);
  if (text !== undefined) return fullId.exec(text.split(/\s/)[0]!)?.[0];
  return packedRef(ref, clone);
}

function packedRef(ref: string, { commonDir }: CloneLocation): string | undefined {
  const packed = readIfThere(join(commonDir, "packed-refs")) ?? "";
  const end = packed.indexOf(` ${ref}\n`);
  return end < 0 ? undefined : fullId.exec(packed.slice(packed.lastIndexOf("\n", end) + 1, end))?.[0];
}

/** An annotated tag leads to its commit. */
function peel(id: string | undefined, store: Pick<ObjectStore, "read">, depth = 0): string | undefined {
  const object = id === undefined ? undefined : store.read(id);
  if (object?.type === "commit") return id;
  if (object?.type !== "tag" || depth > deepestTag) return undefined;
  return peel(/^object ([0-9a-f]+)$/m.exec(object.bytes.toString("latin1"))?.[1], store, depth + 1);
}

function parentOf(commit: string | undefined, which: number, store: Pick<ObjectStore, "read">): string | undefined {
  const text = commit === undefined ? "" : store.read(commit)?.bytes.toString("latin1").split("\n\n", 1)[0];
  const parents = [...(text ?? "").matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id]) => id!);
  return peel(parents[which - 1], store);
}
