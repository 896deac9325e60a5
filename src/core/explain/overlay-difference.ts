import { asValue, type KubernetesObject } from "../manifest/object.js";
import { isObject, type Value } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { leavesOf, parseFieldPath, valueAt } from "./field-path.js";
import { resourceFile, sameResource } from "./find-resource.js";
import { findWriters, type Question, type Writer } from "./find-writers.js";

/** One of two Applications that are compared. */
export interface ComparedSide {
  readonly manifests: readonly KubernetesObject[];
  readonly render: Question["render"];
  /** Files that this side's render reads and the other's does not: its overlays. */
  readonly ownFiles: readonly string[];
  readonly directory: string;
}

/** The line of a side's own overlays that sets a field of a resource; undefined where none does. Renders once for each word that may be it. */
export function overlayLine(side: ComparedSide, resource: KubernetesObject, field: string, tree: FileTree): Writer | undefined {
  const root = asValue(resource);
  const path = parseFieldPath(field, root);
  const value = path && valueAt(root, path);
  if (path === undefined || value === undefined) return undefined;
  const [leaf] = isComposite(value) ? leavesOf(root, path) : [{ path }];
  if (!leaf) return undefined;
  const find = sameResource(resource, side.manifests);
  const [writer] = findWriters({ render: side.render, files: side.ownFiles, find, path: leaf.path }, tree, 1);
  return writer;
}

/** The place of a whole resource, where it lies in a side's own overlays. */
export function overlayFile(side: ComparedSide, resource: KubernetesObject, tree: FileTree): Omit<Writer, "text"> | undefined {
  const found = resourceFile(resource, side.ownFiles, tree, side.directory);
  return found && side.ownFiles.includes(found.file) ? found : undefined;
}

function isComposite(value: Value): boolean {
  return Array.isArray(value) || isObject(value);
}
