import { quoteGo, withPrefix } from "../model/errors.js";
import { compileGoRegex } from "../model/regex.js";
import { elements, fieldError, getField, NodeKindError, partKind, requireKind, setField, splitElement } from "../nodes/ops.js";
import { isIndexNumber, isListIndex } from "../nodes/paths.js";
import { describeNode } from "../nodes/resolve.js";
import { madeKeyFlaw } from "../nodes/text-key.js";
import { type Kind, YNode } from "../nodes/ynode.js";
import { parseStructured } from "./structured-text.js";

/**
 * The nodes that a replacement's field path leads to: fields, positions, `[name=regex]` and `*`. With `create`, what is
 * missing is made. undefined where nothing is found. `isRoot` where `node` is a whole resource.
 */
export function matchPath(node: YNode, path: readonly string[], create: Kind | undefined, isRoot = false): YNode[] | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return [node];
  // What an empty text holds is nothing that could have parts; a null is.
  if (node.kind === "none") throw new NodeKindError(kindOfParent(part), node);
  if (isIndexNumber(part)) return matchIndex(node, Number(part), part, rest, create);
  if (isListIndex(part)) return matchElements(node, part, rest, create);
  if (part === "*") return matchEvery(node, rest, create);
  return matchField(node, part, rest, create, isRoot);
}

function kindOfParent(part: string): Kind {
  if (part === "") return "scalar";
  return isIndexNumber(part) || isListIndex(part) || part === "*" ? "list" : "map";
}

function matchField(
  node: YNode,
  part: string,
  rest: readonly string[],
  create: Kind | undefined,
  isRoot: boolean,
): YNode[] | undefined {
  // The original takes an empty name for the scalar itself.
  if (part === "") requireKind(node, "scalar");
  let field = getField(node, part);
  if (field === undefined) {
    if (create === undefined) return undefined;
    field = YNode.empty(partKind(rest[0] ?? "", create));
    setField(node, part, field);
    const flaw = madeKeyFlaw(part, isRoot);
    if (flaw !== undefined) node.takeFlaw(flaw);
  }
  if (field.kind === "scalar" && rest.length > 0) return matchPath(parseStructured(field.value), rest, create);
  return matchPath(field, rest, create);
}

function matchIndex(
  node: YNode,
  index: number,
  part: string,
  rest: readonly string[],
  create: Kind | undefined,
): YNode[] | undefined {
  const items = elements(node);
  if (items.length === index && create !== undefined) {
    withPrefix(`failed to append element for ${quoteGo(part)}`, () => requireKind(node, "list"));
    items.push(YNode.empty(partKind(rest[0] ?? "", create)));
  }
  if (items.length < index + 1) throw fieldError(`index ${index} specified but only ${items.length} elements found`);
  return matchPath(items[index]!, rest, create);
}

function matchEvery(node: YNode, rest: readonly string[], create: Kind | undefined): YNode[] | undefined {
  let found: YNode[] | undefined;
  for (const item of elements(node)) {
    const inner = matchPath(item, rest, create);
    if (inner) found = [...(found ?? []), ...inner];
  }
  return found;
}

function matchElements(node: YNode, part: string, rest: readonly string[], create: Kind | undefined): YNode[] | undefined {
  const [name, pattern] = splitElement(part);
  const matches = compileGoRegex(pattern);
  const found: YNode[] = [];
  for (const item of elements(node)) {
    const subject = name === "" ? item : item.get(name);
    if (subject === undefined || !matches(printed(subject))) continue;
    if (name === "") found.push(item);
    else found.push(...(matchPath(item, rest, create) ?? []));
  }
  if (found.length > 0 || create === undefined) return found.length > 0 ? found : undefined;
  const made = name === "" ? YNode.scalar("", pattern) : YNode.empty("map");
  if (name !== "") made.put(name, YNode.scalar("", pattern));
  requireKind(node, "list");
  // A null takes the element and does not show it.
  const list = node.kind === "list" ? node : YNode.empty("list");
  list.items.push(made);
  return matchElements(list, part, rest, create);
}

/** What the regular expression sees: the YAML of the value. */
function printed(node: YNode): string {
  if (node.kind !== "scalar") return describeNode(node.freeze()).trim();
  return node.isQuoted ? JSON.stringify(node.value) : node.value.trim();
}
