/**
 * `fleetwright/kustomize`: what `kustomize build` does, in process, over any tree of files.
 */
import type { FileTree } from "../render/file-tree.js";
import { build } from "./build/build.js";
import type { KustomizeOptions, KustomizeResult } from "./options.js";

export type { FileTree, TreeEntry, TreeFile } from "../render/file-tree.js";
export { memoryTree } from "../render/memory-tree.js";
export type { KustomizeErrorDetails } from "./model/errors.js";
export { isClusterScopedKind } from "./model/schema.js";
export type {
  HelmRenderer,
  HelmRequest,
  KustomizeOptions,
  KustomizeOverrides,
  KustomizeResult,
  RemoteNeed,
  Selection,
  Warning,
} from "./options.js";
export { KustomizeSession } from "./session.js";

/**
 * Builds the kustomization in `directory` ("" is the root of the tree). The bytes and the order are those of Kustomize v5.8.1.
 * Throws an InputError with a KUSTOMIZE_* or YAML_* code, the original's words and a location.
 */
export function buildKustomization(tree: FileTree, directory: string, options: KustomizeOptions = {}): KustomizeResult {
  return build(tree, directory, options);
}
