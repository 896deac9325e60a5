import type { FieldSpec } from "../model/field-spec.js";
import type { Gvk } from "../model/gvk.js";
import { isList, isMap, isMissingOrNull, type Node } from "../nodes/node.js";
import { splitPath } from "../nodes/paths.js";

/** A field that may hold the name of a resource of a kind. */
export interface Reference {
  readonly spec: FieldSpec;
  readonly target: Gvk;
}

/** The paths of references as one tree. */
interface Branch {
  /** Those whose path ends here. */
  readonly ends: Reference[];
  readonly fields: Map<string, Branch>;
}

/** Those of the references whose path leads to something in `root`, or to where a walk has to say what is wrong. */
export function leadingReferences(root: Node, references: readonly Reference[]): ReadonlySet<Reference> {
  const found = new Set<Reference>();
  collect(root, treeOf(references), found);
  return found;
}

function collect(node: Node, branch: Branch, found: Set<Reference>): void {
  if (isMissingOrNull(node)) return;
  for (const reference of branch.ends) found.add(reference);
  if (branch.fields.size === 0) return;
  if (isList(node)) {
    for (const item of node) collectBelow(item, branch, found);
    return;
  }
  collectBelow(node, branch, found);
}

/** As collect, for what the paths that end here do not count. */
function collectBelow(node: Node, branch: Branch, found: Set<Reference>): void {
  if (isMissingOrNull(node)) return;
  if (isList(node)) {
    for (const item of node) collectBelow(item, branch, found);
    return;
  }
  if (!isMap(node)) {
    addAll(branch, found);
    return;
  }
  for (const [name, below] of branch.fields) {
    if (isPlain(name)) {
      if (Object.hasOwn(node, name)) collect(node[name]!, below, found);
    } else addAll(below, found);
  }
}

function addAll(branch: Branch, found: Set<Reference>): void {
  for (const reference of branch.ends) found.add(reference);
  for (const below of branch.fields.values()) addAll(below, found);
}

/** Other parts have a meaning of their own, which the walk knows. */
function isPlain(name: string): boolean {
  return /^[A-Za-z_][\w.-]*$/.test(name);
}

const trees = new WeakMap<readonly Reference[], Branch>();

function treeOf(references: readonly Reference[]): Branch {
  const known = trees.get(references);
  if (known) return known;
  const root: Branch = { ends: [], fields: new Map() };
  for (const reference of references) {
    let branch = root;
    for (const part of splitPath(reference.spec.path, "/")) {
      let below = branch.fields.get(part);
      if (below === undefined) {
        below = { ends: [], fields: new Map() };
        branch.fields.set(part, below);
      }
      branch = below;
    }
    branch.ends.push(reference);
  }
  trees.set(references, root);
  return root;
}
