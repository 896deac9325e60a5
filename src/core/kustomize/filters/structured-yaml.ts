import { composeWithLayout } from "../../yaml/parse.js";
import type { Node } from "../nodes/node.js";
import { overlaidNode } from "./embedded/overlaid-node.js";
import { printDocument } from "./embedded/printer.js";

/**
 * Prints a document that was changed at some places the way go-yaml prints the nodes it read: order, comments, anchors, tags and
 * styles stay, indentation becomes two columns. `placed` are values that took the place of others as a whole. Undefined where the
 * change is none that a node of the source could show (a key that is no scalar, a change through an alias).
 */
export function printChangedYaml(source: string, changed: Node, placed: ReadonlySet<Node>): string | undefined {
  const composed = composeWithLayout(source, { dialect: "kustomize" });
  if (composed === undefined) return undefined;
  const { src, root, layout } = composed;
  const printed = overlaidNode(root, changed, { src, layout, placed });
  return printed && printDocument({ root: printed, head: layout.head, foot: layout.foot });
}
