import { lookup } from "../nodes/ops.js";
import { YNode } from "../nodes/ynode.js";
import type { Resource } from "./resource.js";

/** A resource unwrapped to be changed, with the parts of its id that have no tag; `isMeant` tells for which texts that matters. */
export function liveNode({ value, untagged }: Resource, isMeant: (text: string) => boolean = () => true): YNode {
  const node = new YNode(value);
  for (const part of untagged) {
    const scalar = lookup(node, part === "kind" ? [part] : ["metadata", part]);
    if (scalar?.kind === "scalar" && isMeant(scalar.value)) scalar.setScalar("", scalar.value);
  }
  return node;
}
