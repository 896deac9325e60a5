import type { FileTree } from "../render/file-tree.js";
import { isReadSetValid, type ReadSet } from "../render/recording-tree.js";
import type { VarSet } from "./build/vars.js";
import type { PatchOperation } from "./filters/json-patch.js";
import type { ReadKustomization } from "./kustomization/kustomization.js";
import { GenerationCache } from "./model/generation-cache.js";
import type { Resource } from "./model/resource.js";
import type { TransformerConfig } from "./model/transformer-config.js";
import type { NodeMap } from "./nodes/node.js";
import type { Warning } from "./options.js";

/** What a kustomization directory accumulates to; immutable, so that overlays may share it. */
export interface Accumulated {
  readonly resources: readonly Resource[];
  readonly config: TransformerConfig;
  readonly vars: VarSet;
}

interface Remembered {
  readonly readSet: ReadSet;
  readonly accumulated: Accumulated;
  /** Directories that it is made of: none of them may contain one under construction. */
  readonly roots: readonly string[];
  readonly warnings: readonly Warning[];
}

const maxVersions = 4;
const maxDocuments = 10_000;
const maxTexts = 1_000;
const maxDirectories = 4_000;

/** A patch as it was written: text of a kustomization, or the bytes of a file, which trees give as one object for one content. */
export type PatchText = string | Uint8Array;

/**
 * What builds share: the parsed documents of a file by its object id, kustomization files and patches, and what a base accumulates to,
 * valid wherever everything it read is the same. Never changes a result; bounded, and what is used again stays.
 */
export class KustomizeSession {
  readonly #documents = new GenerationCache<string, readonly NodeMap[]>(maxDocuments);
  readonly #kustomizations = new GenerationCache<string, ReadKustomization>(maxTexts);
  readonly #patches = new GenerationCache<PatchText, readonly NodeMap[]>(maxTexts);
  readonly #operations = new GenerationCache<PatchText, readonly PatchOperation[]>(maxTexts);
  readonly #directories = new GenerationCache<string, readonly Remembered[]>(maxDirectories);

  /** The resources of a file, read once for each content. */
  documents(id: string, read: () => readonly NodeMap[]): readonly NodeMap[] {
    return this.#documents.getOr(id, read);
  }

  /** A kustomization file, read once for each content. */
  kustomization(id: string, read: () => ReadKustomization): ReadKustomization {
    return this.#kustomizations.getOr(id, read);
  }

  /** The strategic merges in a text. */
  patches(text: PatchText, read: () => readonly NodeMap[]): readonly NodeMap[] {
    return this.#patches.getOr(text, read);
  }

  /** The JSON patch in a text. */
  operations(text: PatchText, read: () => readonly PatchOperation[]): readonly PatchOperation[] {
    return this.#operations.getOr(text, read);
  }

  /** What was accumulated for this key, where the tree still answers as it did then. */
  recall(key: string, tree: FileTree): Remembered | undefined {
    return this.#directories.get(key)?.find((entry) => isReadSetValid(entry.readSet, tree));
  }

  remember(key: string, entry: Remembered): void {
    const entries = this.#directories.get(key) ?? [];
    this.#directories.set(key, [entry, ...entries].slice(0, maxVersions));
  }
}

export type { Remembered };
