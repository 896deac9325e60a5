import type { Node } from "./node.js";

const replacements = new WeakSet<object>();

/** Remembers a map that took another's place as a whole, so that its fields are not taken for the other's, changed. */
export function noteReplacement(map: Node): void {
  if (typeof map === "object" && map !== null) replacements.add(map);
}

export function isReplacement(node: Node): boolean {
  return typeof node === "object" && node !== null && replacements.has(node);
}
