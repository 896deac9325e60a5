import type { TreeFile } from "../../render/file-tree.js";
import type { PatchOperation } from "../filters/json-patch.js";
import type { Resource } from "../model/resource.js";

/** How transformers read patches and other files of their kustomization. */
export interface PatchReader {
  read(path: string): Uint8Array;
  /** The resources in a text; `path` names the file it came from. */
  resources(text: string | Uint8Array, path: string | undefined): readonly Resource[];
  /** The JSON patch that `read` finds in a text; a text may be remembered. */
  operations(text: string | Uint8Array, read: () => readonly PatchOperation[]): readonly PatchOperation[];
}

export type { TreeFile };
