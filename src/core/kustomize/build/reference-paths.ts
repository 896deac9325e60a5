import type { FieldSpec } from "../model/field-spec.js";
import type { Gvk } from "../model/gvk.js";
import { isList, isMap, isMissingOrNull, isScalar, type Node, textOf } from "../nodes/node.js";
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
  /** Its name is more than that of a field: the walk knows what it means. */
  readonly isOdd: boolean;
}

/**
 * Those of the references whose path leads to something in `root`, or to where a walk has to say what is wrong. A text for which `mayChange`
 * says no is nothing.
 */
export function leadingReferences(
  root: Node,
  references: readonly Reference[],
  mayChange: (text: string) => boolean,
): ReadonlySet<Reference> {
  const found = new Set<Reference>();
  collect(root, treeOf(references), { found, mayChange });
  return found;
}

interface Search {
  readonly found: Set<Reference>;
  readonly mayChange: (text: string) => boolean;
}

function collect(node: Node, branch: Branch, search: Search): void {
  if (isMissingOrNull(node)) return;
  if (branch.ends.length > 0 && (!isScalar(node) || search.mayChange(textOf(node))))
    for (const reference of branch.ends) search.found.add(reference);
  if (branch.fields.size === 0) return;
  if (isList(node)) {
    for (const item of node) collectBelow(item, branch, search);
    return;
  }
  collectBelow(node, branch, search);
}

/** As collect, for what the paths that end here do not count. */
function collectBelow(node: Node, branch: Branch, search: Search): void {
  if (isMissingOrNull(node)) return;
  if (isList(node)) {
    for (const item of node) collectBelow(item, branch, search);
    return;
  }
  if (!isMap(node)) {
    addAll(branch, search.found);
    return;
  }
  for (const [name, below] of branch.fields) {
    if (below.isOdd) addAll(below, search.found);
    else if (Object.hasOwn(node, name)) collect(node[name]!, below, search);
  }
}

function addAll(branch: Branch, found: Set<Reference>): void {
  for (const reference of branch.ends) found.add(reference);
  for (const below of branch.fields.values()) addAll(below, found);
}

const plainName = /^[A-Za-z_][\w.-]*$/;

const trees = new WeakMap<readonly Reference[], Branch>();

function treeOf(references: readonly Reference[]): Branch {
  const known = trees.get(references);
  if (known) return known;
  const root: Branch = { ends: [], fields: new Map(), isOdd: false };
  for (const reference of references) {
    let branch = root;
    for (const part of splitPath(reference.spec.path, "/")) {
      let below = branch.fields.get(part);
      if (below === undefined) {
        below = { ends: [], fields: new Map(), isOdd: !plainName.test(part) };
        branch.fields.set(part, below);
      }
      branch = below;
    }
    branch.ends.push(reference);
  }
  trees.set(references, root);
  return root;
}
