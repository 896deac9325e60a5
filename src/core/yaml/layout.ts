import { type CommentQueue, type Comments, NO_COMMENTS } from "./comment-queue.js";
import type { MappingNode, Node } from "./node.js";

/** How a node is written, beyond what it says. */
export interface NodeLayout extends Comments {
  readonly anchor: string;
  /** Offset of the value itself, behind anchor and tag. */
  readonly contentPos: number;
  readonly isFlow: boolean;
}

/** How a document is written: the layout of its nodes, by node, and the comments around all of it. */
export class DocumentLayout {
  readonly comments: CommentQueue;
  head = "";
  foot = "";
  readonly #nodes = new Map<Node, NodeLayout>();

  constructor(comments: CommentQueue) {
    this.comments = comments;
  }

  of(node: Node): NodeLayout {
    return this.#nodes.get(node) ?? { ...NO_COMMENTS, anchor: "", contentPos: node.pos, isFlow: false };
  }

  note(node: Node, changes: Partial<NodeLayout>): void {
    this.#nodes.set(node, { ...this.of(node), ...changes });
  }

  /** go-yaml: a comment below a value belongs to its key; one found before a dedented key, to the key before that. */
  settleFeet(mapping: MappingNode): void {
    const { children } = mapping;
    const isBlock = !this.of(mapping).isFlow;
    for (let at = 0; at < children.length; at += 2) {
      const [key, value] = [children[at]!, children[at + 1]!];
      if (isBlock && at > 0) this.#moveFoot(key, children[at - 2]!);
      if (this.of(key).foot === "") this.#moveFoot(value, key);
    }
    if (isBlock && children.length > 1) this.#moveFoot(mapping, children[children.length - 2]!);
  }

  #moveFoot(from: Node, to: Node): void {
    const { foot } = this.of(from);
    if (foot === "") return;
    this.note(to, { foot });
    this.note(from, { foot: "" });
  }
}
