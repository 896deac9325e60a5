import type { FileTree } from "../render/file-tree.js";
import { isReadSetValid, type ReadSet } from "../render/recording-tree.js";
import type { VarSet } from "./build/vars.js";
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
const maxDocuments = 50_000;
const maxDirectories = 20_000;

/**
 * What builds share: the parsed documents of a file by its object id, and what a base accumulates to, valid wherever
 * everything it read is the same. Never changes a result.
 */
export class KustomizeSession {
  readonly #documents = new Map<string, readonly NodeMap[]>();
  readonly #directories = new Map<string, Remembered[]>();

  /** The resources of a file, read once for each content. */
  documents(id: string, read: () => readonly NodeMap[]): readonly NodeMap[] {
    const known = this.#documents.get(id);
    if (known) return known;
    const documents = read();
    if (this.#documents.size >= maxDocuments) this.#documents.clear();
    this.#documents.set(id, documents);
    return documents;
  }

  /** What was accumulated for this key, where the tree still answers as it did then. */
  recall(key: string, tree: FileTree): Remembered | undefined {
    return this.#directories.get(key)?.find((entry) => isReadSetValid(entry.readSet, tree));
  }

  remember(key: string, entry: Remembered): void {
    const entries = this.#directories.get(key) ?? [];
    if (this.#directories.size >= maxDirectories) this.#directories.clear();
    this.#directories.set(key, [entry, ...entries].slice(0, maxVersions));
  }
}

export type { Remembered };
