import { utf8Encode } from "../../../platform/bytes.js";
import { hashHex } from "../../../platform/hash.js";
import type { FleetState } from "../../impact/fleet-state.js";
import { buildKustomization, type KustomizeSession } from "../../kustomize/index.js";
import type { Value } from "../../manifest/value.js";
import { equalValues } from "../../manifest/value.js";
import type { FileTree } from "../../render/file-tree.js";
import { emitJson } from "../../yaml/json.js";

/** New texts by path. */
export type Edits = ReadonlyMap<string, string>;

export interface ProofContext {
  readonly before: FleetState;
  readonly tree: FileTree;
  /** The fleet with these edits, every Application rendered again that reads one of them. */
  readonly stateWith: (edits: Edits) => FleetState;
  /** What builds without an Application share. */
  readonly session: KustomizeSession;
}

export interface ProvenEdits {
  readonly proven: Edits;
  readonly refused: readonly { readonly file: string; readonly why: string }[];
}

/**
 * The edits after which every Application comes out as it was, byte for byte of its objects. First all together; where that changes something, the files
 * behind it one after the other. A file that no Application reads is built by itself. What cannot be rendered proves nothing.
 */
export function proveFixes(edits: Edits, context: ProofContext): ProvenEdits {
  const refused: { readonly file: string; readonly why: string }[] = [];
  const readers = readersOf(context.before);
  const candidates = new Map<string, string>();
  for (const [file, text] of edits) {
    const why = reasonAgainst(file, text, readers.get(file) ?? [], context);
    if (why === undefined) candidates.set(file, text);
    else refused.push({ file, why });
  }
  const changed = changedApplications(context.before, context.stateWith(candidates));
  if (changed.length === 0) return { proven: candidates, refused };
  const suspects = [...candidates.keys()].filter((file) => isBehind(file, changed, readers));
  const proven = new Map([...candidates].filter(([file]) => !suspects.includes(file)));
  // What no Application reads may still decide what a set generates: then the last word is with the whole.
  for (const file of suspects) {
    proven.set(file, candidates.get(file)!);
    const [first] = changedApplications(context.before, context.stateWith(proven));
    if (first === undefined) continue;
    proven.delete(file);
    refused.push({ file, why: `${first} would be rendered otherwise` });
  }
  const [still] = changedApplications(context.before, context.stateWith(proven));
  if (still === undefined) return { proven, refused };
  return {
    proven: new Map(),
    refused: [...refused, ...[...proven.keys()].map((file) => ({ file, why: `${still} would be rendered otherwise` }))],
  };
}

/** Applications by the files that they read. */
function readersOf(state: FleetState): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const { key, render } of state.applications.values())
    for (const [file, id] of render.readSet.files)
      if (id !== "") {
        const known = readers.get(file);
        if (known) known.push(key);
        else readers.set(file, [key]);
      }
  return readers;
}

/** Why nothing can be proven of a file; undefined where its Applications will tell. */
function reasonAgainst(file: string, text: string, readers: readonly string[], context: ProofContext): string | undefined {
  const failing = readers.find((key) => context.before.applications.get(key)?.render.error !== undefined);
  if (failing !== undefined) return `${failing} reads it and cannot be rendered, so nothing is proven`;
  if (readers.length > 0) return undefined;
  const [before, after] = [context.tree, treeWith(context.tree, new Map([[file, text]]))].map((tree) =>
    builtText(file, tree, context.session),
  );
  if (before === undefined) return "no Application reads it and it does not build by itself, so nothing is proven";
  return before === after ? undefined : "it would build otherwise";
}

function builtText(file: string, tree: FileTree, session: KustomizeSession): string | undefined {
  try {
    const result = buildKustomization(tree, file.slice(0, Math.max(0, file.lastIndexOf("/"))), { session });
    return result.kind === "built" ? result.yaml() : undefined;
  } catch {
    return undefined;
  }
}

function isBehind(file: string, changed: readonly string[], readers: ReadonlyMap<string, readonly string[]>): boolean {
  const keys = readers.get(file);
  return keys === undefined || changed.some((key) => keys.includes(key));
}

/** Keys of Applications that are not what they were: gone, new, with another spec or other objects. */
export function changedApplications(before: FleetState, after: FleetState): readonly string[] {
  const keys = new Set([...before.applications.keys(), ...after.applications.keys()]);
  return [...keys].filter((key) => {
    const [old, now] = [before.applications.get(key), after.applications.get(key)];
    if (!old || !now) return true;
    if (!equalValues(old.spec, now.spec) || !equalValues(old.metadata, now.metadata)) return true;
    if (old.render === now.render) return false;
    return (
      old.render.error?.message !== now.render.error?.message || textOf(old.render.manifests) !== textOf(now.render.manifests)
    );
  });
}

/** The objects with the order of their keys as it is: that too stays. */
function textOf(manifests: readonly unknown[]): string {
  return emitJson(manifests as unknown as Value, { sortKeys: false });
}

/** The same tree with the texts of some files replaced. */
export function treeWith(tree: FileTree, edits: Edits): FileTree {
  const real = (path: string): string => tree.realPath?.(path) ?? path;
  const files = new Map(
    [...edits].map(([path, text]) => {
      const bytes = utf8Encode(text);
      return [real(path), { id: hashHex("sha1", bytes), bytes }] as const;
    }),
  );
  return {
    read: (path) => files.get(real(path)) ?? tree.read(path),
    list: (directory) => tree.list(directory),
    kind: (path) => tree.kind(path),
    realPath: real,
  };
}
