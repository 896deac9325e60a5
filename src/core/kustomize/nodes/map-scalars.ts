import { isList, isMap, type Node, type Scalar } from "./node.js";

/** The node with every scalar in it as `change` has it; shares what stays as it is. */
export function mapScalars(node: Node, change: (scalar: Scalar) => Scalar): Node {
  if (isList(node)) {
    const items = node.map((item) => mapScalars(item, change));
    return items.some((item, index) => item !== node[index]) ? items : node;
  }
  if (!isMap(node)) return change(node);
  let result: { [key: string]: Node } | undefined;
  for (const key of Object.keys(node)) {
    const value = mapScalars(node[key]!, change);
    if (value !== node[key]) (result ??= { ...node })[key] = value;
  }
  return result ?? node;
}
