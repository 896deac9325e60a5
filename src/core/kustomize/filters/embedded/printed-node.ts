import { type Comments, NO_COMMENTS } from "../../../yaml/comment-queue.js";

/** A node as go-yaml's encoder takes it: what is printed, before the printer finds which of its styles are possible. */
export type PrintedNode = PrintedScalar | PrintedAlias | PrintedCollection;

export type PrintedStyle = "plain" | "single" | "double" | "literal" | "folded";

export interface PrintedScalar extends Comments {
  readonly kind: "scalar";
  readonly anchor: string;
  /** As it is written, "" for none. */
  readonly tag: string;
  readonly style: PrintedStyle;
  readonly text: string;
}

export interface PrintedAlias extends Comments {
  readonly kind: "alias";
  readonly name: string;
}

export interface PrintedCollection extends Comments {
  readonly kind: "mapping" | "sequence";
  readonly anchor: string;
  readonly tag: string;
  readonly isFlow: boolean;
  /** Keys and values in turn, or items. */
  readonly children: readonly PrintedNode[];
}

export interface PrintedDocument {
  readonly root: PrintedNode;
  readonly head: string;
  readonly foot: string;
}

/** A scalar without anchor, tag and comments. */
export function printedScalar(text: string, style: PrintedStyle = "plain"): PrintedScalar {
  return { kind: "scalar", anchor: "", tag: "", style, text, ...NO_COMMENTS };
}

/** A collection without anchor, tag and comments. */
export function printedCollection(kind: "mapping" | "sequence", children: readonly PrintedNode[]): PrintedCollection {
  return { kind, anchor: "", tag: "", isFlow: false, children, ...NO_COMMENTS };
}
