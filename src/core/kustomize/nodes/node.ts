import { ScalarLiteral, TaggedScalar } from "../../yaml/scalar-literal.js";

/**
 * A parsed document, immutable: plain values, with a ScalarLiteral where text or style matters later. A ScalarLiteral
 * tagged `!!str` is a string that was not written plain: a value set over it stays quoted, as in the original.
 */
export type Scalar = null | boolean | number | bigint | string | ScalarLiteral;
export type Node = Scalar | readonly Node[] | NodeMap;
export interface NodeMap {
  readonly [key: string]: Node;
}

/**
 * A string that one step put into several places of a resource. In the original all of them are one node, so whatever later
 * overwrites one place overwrites them all, until a JSON patch rebuilds the resource.
 */
export class SharedText extends ScalarLiteral {
  isQuoted = false;
  constructor(text: string) {
    super("!!str", text);
  }
}

/** A scalar that a step made without a tag: whatever text is set over it decides what it is, until the resource is read anew. */
export class UntaggedScalar extends ScalarLiteral {}

/**
 * A number, boolean or date that took the place of a quoted text: printed as text, as in the original, but of its own type for whoever
 * sets another text over it.
 */
export class QuotedValue extends ScalarLiteral {
  readonly implicitTag: string;
  constructor(implicitTag: string, text: string) {
    super("!!str", text);
    this.implicitTag = implicitTag;
  }
}

/** Quoted, with a tag that its text does not have: an error to whoever asks for its value, but what is set over it is quoted, too. */
export class QuotedMisfit extends ScalarLiteral {}

/** Whether a string was written in quotes or as a block, so that what overwrites it is, too. */
export function isQuotedScalar(node: Node | undefined): boolean {
  if (node instanceof SharedText) return node.isQuoted;
  if (node instanceof TaggedScalar) return node.isQuoted;
  if (node instanceof QuotedMisfit) return true;
  return node instanceof ScalarLiteral && node.tag === "!!str" && !(node instanceof UntaggedScalar);
}

export function isMap(node: unknown): node is NodeMap {
  return typeof node === "object" && node !== null && !Array.isArray(node) && !(node instanceof ScalarLiteral);
}

export function isList(node: unknown): node is readonly Node[] {
  return Array.isArray(node);
}

export function isScalar(node: Node): node is Scalar {
  return typeof node !== "object" || node === null || node instanceof ScalarLiteral;
}

/** Missing, or any spelling of null; what was made without a tag is no null, though it be printed as one. */
export function isMissingOrNull(node: Node | undefined): node is null | undefined {
  return (
    node === undefined ||
    node === null ||
    (node instanceof ScalarLiteral && node.tag === "!!null" && !(node instanceof UntaggedScalar))
  );
}

/** Missing, null, `{}` or `[]`. */
export function isNilOrEmpty(node: Node | undefined): boolean {
  if (isMissingOrNull(node)) return true;
  if (Array.isArray(node)) return node.length === 0;
  return isMap(node) && Object.keys(node).length === 0;
}

/** The source text of a scalar; "" for a collection. */
export function textOf(node: Node | undefined): string {
  switch (typeof node) {
    case "string":
      return node;
    case "object":
      if (node === null) return "null";
      return node instanceof ScalarLiteral ? node.text : "";
    case "undefined":
      return "";
    default:
      return String(node);
  }
}

/** The short tag of a scalar. */
export function tagOf(scalar: Scalar): string {
  switch (typeof scalar) {
    case "string":
      return "!!str";
    case "boolean":
      return "!!bool";
    case "bigint":
      return "!!int";
    case "number":
      // Larger integers are bigints; a number beyond is one that was written with an exponent.
      return Number.isSafeInteger(scalar) ? "!!int" : "!!float";
    default:
      return scalar === null ? "!!null" : scalar.tag;
  }
}

/** The child of a map, or undefined. */
export function childOf(node: Node | undefined, key: string): Node | undefined {
  return isMap(node) && Object.hasOwn(node, key) ? node[key] : undefined;
}

/** The text of a child that is a scalar, else "". */
export function childText(node: Node | undefined, key: string): string {
  const child = childOf(node, key);
  return isMissingOrNull(child) ? "" : textOf(child);
}
