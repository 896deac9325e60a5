import type { TreeFile } from "../../render/file-tree.js";
import type { Resource } from "../model/resource.js";

/** How transformers read patches and other files of their kustomization. */
export interface PatchReader {
  read(path: string): Uint8Array;
  /** The resources in a text; `path` names the file it came from. */
  resources(text: string | Uint8Array, path: string | undefined): readonly Resource[];
}

export type { TreeFile };
