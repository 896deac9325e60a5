import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { mapScalars } from "./map-scalars.js";
import { childOf, isList, isMap, isQuotedScalar, isScalar, type Node, type Scalar, SharedText, tagOf, textOf } from "./node.js";
import { isReplacement } from "./replacements.js";

/**
 * `after` with every place of a shared text that was overwritten in one place overwritten alike. Lists are compared by position.
 */
export function withAliasesUpdated(before: Node, after: Node): Node {
  const overwritten = new Map<SharedText, Node>();
  collect(before, after, overwritten);
  return overwritten.size === 0 ? after : replace(before, after, overwritten);
}

/** A copy of it: nothing in it is one with anything else. */
export function withoutSharing(node: Node): Node {
  return mapScalars(node, (scalar) => (scalar instanceof SharedText ? ownText(scalar) : scalar));
}

function ownText({ text, isQuoted }: SharedText): Scalar {
  return isQuoted ? new ScalarLiteral("!!str", text) : text;
}

function collect(before: Node, after: Node, overwritten: Map<SharedText, Node>): void {
  if (before === after || isReplacement(after)) return;
  if (before instanceof SharedText) {
    if (!isScalar(after) || (textOf(after) === before.text && tagOf(after) === "!!str")) return;
    overwritten.set(before, shared(after));
    return;
  }
  if (isMap(before) && isMap(after)) {
    for (const key in before) if (Object.hasOwn(after, key)) collect(before[key]!, after[key]!, overwritten);
  } else if (isList(before) && isList(after)) {
    const length = Math.min(before.length, after.length);
    for (let i = 0; i < length; i++) collect(before[i]!, after[i]!, overwritten);
  }
}

function shared(node: Node): Node {
  if (node instanceof SharedText || !isScalar(node) || tagOf(node) !== "!!str") return node;
  const text = new SharedText(textOf(node));
  text.isQuoted = isQuotedScalar(node);
  return text;
}

/** Every place that is or was one of the overwritten texts. */
function replace(before: Node | undefined, after: Node, overwritten: ReadonlyMap<SharedText, Node>): Node {
  if (before instanceof SharedText && isScalar(after) && overwritten.has(before)) return overwritten.get(before)!;
  if (after instanceof SharedText) return overwritten.get(after) ?? after;
  if (isList(after)) {
    const items = after.map((item, index) => replace(isList(before) ? before[index] : undefined, item, overwritten));
    return items.some((item, index) => item !== after[index]) ? items : after;
  }
  if (!isMap(after)) return after;
  const former = isReplacement(after) ? undefined : before;
  let result: { [key: string]: Node } | undefined;
  for (const key in after) {
    const child = after[key]!;
    const changed = replace(childOf(former, key), child, overwritten);
    if (changed !== child) (result ??= { ...after })[key] = changed;
  }
  return result ?? after;
}
