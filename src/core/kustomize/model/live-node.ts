import { textOf } from "../nodes/node.js";
import { lookup } from "../nodes/ops.js";
import { YNode } from "../nodes/ynode.js";
import { idPart, type Resource } from "./resource.js";

/** A resource unwrapped to be changed, with the parts of its id that have no tag; `isMeant` tells for which texts that matters. */
export function liveNode({ value, untagged }: Resource, isMeant: (text: string) => boolean = () => true): YNode {
  const node = new YNode(value);
  for (const part of untagged) {
    // Asked before anything is unwrapped: most texts matter to no patch.
    if (!isMeant(textOf(idPart(value, part)))) continue;
    const scalar = lookup(node, part === "kind" ? [part] : ["metadata", part]);
    if (scalar?.kind === "scalar") scalar.setScalar("", scalar.value);
  }
  return node;
}
