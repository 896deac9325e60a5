/** What the text says, before a dialect gives scalars a meaning. Offsets are into the normalised text. */
export type Node = ScalarNode | MappingNode | SequenceNode | AliasNode;

interface NodeBase {
  readonly pos: number;
  /** Resolved tag URI, `!` or "" where none was written. */
  readonly tag: string;
}

export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  readonly text: string;
  readonly plain: boolean;
  /** Written as `>`. */
  readonly folded?: true;
  /** An empty node inside a flow collection. */
  readonly inFlow?: true;
}

export interface MappingNode extends NodeBase {
  readonly kind: "mapping";
  /** Written in braces. */
  readonly isFlow?: boolean;
  /** Keys and values in turn. */
  readonly children: Node[];
}

export interface SequenceNode extends NodeBase {
  readonly kind: "sequence";
  readonly children: Node[];
}

export interface AliasNode extends NodeBase {
  readonly kind: "alias";
  readonly name: string;
  readonly target: Node;
}

export interface DocumentNode {
  readonly root: Node;
  readonly pos: number;
}
