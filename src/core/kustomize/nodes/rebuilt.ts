import type { NodeMap } from "./node.js";

const rebuilt = new WeakSet<NodeMap>();

/** Remembers a resource that was made from its JSON: in the original all of its nodes are others then, equal or not. */
export function noteRebuilt(value: NodeMap): void {
  rebuilt.add(value);
}

export function isRebuilt(value: NodeMap): boolean {
  return rebuilt.has(value);
}
