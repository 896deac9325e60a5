import { resolvePlain } from "../../../yaml/resolve.js";
import { isList, isMap, isQuotedScalar, type Node, tagOf, textOf, UntaggedScalar } from "../../nodes/node.js";
import { type PrintedNode, printedCollection, printedScalar } from "./printed-node.js";

/** A value that was put into a document: neither a key of it nor a made scalar has a tag that would quote it. */
export function madeNode(value: Node): PrintedNode {
  if (isList(value)) return printedCollection("sequence", value.map(madeNode));
  if (isMap(value))
    return printedCollection(
      "mapping",
      Object.keys(value).flatMap((key) => madeEntry(key, value[key]!)),
    );
  const text = textOf(value);
  if (value instanceof UntaggedScalar || tagOf(value) !== "!!str") return printedScalar(text);
  const readsAsText = resolvePlain(text, "kustomize").tag === "!!str";
  return printedScalar(text, readsAsText || (text.includes("\n") && !isQuotedScalar(value)) ? "plain" : "double");
}

/** A key and a value that were put into a map. */
export function madeEntry(key: string, value: Node): readonly PrintedNode[] {
  return [printedScalar(key), madeNode(value)];
}
