import { InputError } from "../../errors.js";
import { type KustomizeErrorDetails, kustomizeError } from "../model/errors.js";
import { isList, isMap, isMissingOrNull, type Node, SharedText } from "./node.js";
import { isIndexNumber, isListIndex, parseIndex } from "./paths.js";
import { describeNode, isNonStringInYaml11 } from "./resolve.js";
import { type Kind, YNode } from "./ynode.js";

const kindNames: Record<Kind, string> = {
  none: "",
  map: "MappingNode",
  list: "SequenceNode",
  scalar: "ScalarNode",
  alias: "AliasNode",
};

/** A node is of another kind than the operation needs. */
export class NodeKindError extends InputError {
  readonly actualKind: Kind;
  constructor(expected: Kind, node: YNode) {
    super(
      `wrong node kind: expected ${kindNames[expected]} but got ${kindNames[node.kind]}: node contents:\n${describeNode(node.freeze())}`,
      {
        code: "KUSTOMIZE_FIELD",
      },
    );
    this.actualKind = node.kind;
  }
}

export function fieldError(message: string, details?: KustomizeErrorDetails): InputError {
  return kustomizeError("KUSTOMIZE_FIELD", message, details);
}

export function isMissing(node: YNode | undefined): boolean {
  return node === undefined || node.isNull;
}

/** Throws unless the node is missing, null or of this kind. */
export function requireKind(node: YNode | undefined, kind: Kind): void {
  if (isMissing(node)) return;
  if ((node as YNode).kind !== kind) throw new NodeKindError(kind, node as YNode);
}

/** The same of a node as it is kept. */
export function requireNodeKind(node: Node, kind: Kind): void {
  const is = isList(node) ? "list" : isMap(node) ? "map" : "scalar";
  if (is !== kind && !isMissingOrNull(node)) throw new NodeKindError(kind, new YNode(node));
}

/** The field of a map; undefined for a missing or null node. */
export function getField(node: YNode | undefined, name: string): YNode | undefined {
  if (isMissing(node)) return undefined;
  requireKind(node, "map");
  return (node as YNode).get(name);
}

export function textOfNode(node: YNode | undefined): string {
  return isMissing(node) ? "" : (node as YNode).value;
}

/** A plain string that YAML 1.1 tools would read as something else is quoted where nothing else decides its style. */
export function quoteIfNeeded(value: YNode): void {
  if (!value.isString || value.isQuoted || value.isTagged || !isNonStringInYaml11(value.value)) return;
  if (value.source instanceof SharedText) value.isQuoted = true;
  else value.setScalar(value.tag, value.value, true);
}

/** Sets a scalar over a scalar: the new text and tag in the old style. */
export function setScalarOver(node: YNode, tag: string, text: string): void {
  requireKind(node, "scalar");
  node.setScalar(tag, text, node.isQuoted);
}

/** Sets a field; over an existing scalar the old style is kept. A missing or null value removes the field. */
export function setField(map: YNode, name: string, value: YNode | undefined): void {
  if (value) quoteIfNeeded(value);
  if (value === undefined || (value.isNull && !value.shouldKeep)) {
    clearField(map, name);
    return;
  }
  const field = getField(map, name);
  if (field) {
    if (value !== field) {
      const { isQuoted, isTagged } = field;
      field.assign(value);
      field.shouldKeep = value.shouldKeep;
      if (field.kind === "scalar" && (field.isQuoted !== isQuoted || field.isTagged !== isTagged)) {
        field.setScalar(field.tag, field.value, isQuoted);
        field.isTagged = isTagged;
      }
    }
    return;
  }
  if (map.kind === "map") map.put(name, value);
}

export function clearField(map: YNode, name: string): YNode | undefined {
  requireKind(map, "map");
  return map.kind === "map" ? map.remove(name) : undefined;
}

/** Follows a path through maps and lists; with `create`, missing parts are made and the last is of that kind. */
export function lookup(node: YNode, path: readonly string[], create?: Kind): YNode | undefined {
  let match: YNode | undefined = node;
  const parts = path.map((part) => part.trim()).filter((part) => part !== "");
  for (let i = 0; i < parts.length; i++) {
    match = step(match, parts[i]!, parts[i + 1] ?? "", create);
    if (match === undefined) return undefined;
  }
  return match;
}

function step(node: YNode, part: string, next: string, create: Kind | undefined): YNode | undefined {
  const index = parseIndex(part);
  if (index !== undefined) {
    if (index < 0) throw fieldError(`array index ${index} cannot be negative`);
    return elements(node)[index];
  }
  if (part === "-") return elements(node).at(-1);
  if (part === "*") throw fieldError("wildcard is not supported in PathGetter");
  if (isListIndex(part)) return stepToElement(node, part, create);
  const found = getField(node, part);
  if (found || create === undefined || isMissing(node)) return found;
  const made = YNode.empty(partKind(next, create));
  setField(node, part, made);
  return made;
}

/** What is made for a part depends on the part after it. */
export function partKind(next: string, last: Kind): Kind {
  if (isListIndex(next) || isIndexNumber(next)) return "list";
  return next === "" ? last : "map";
}

function stepToElement(node: YNode, part: string, create: Kind | undefined): YNode | undefined {
  const [name, value] = splitElement(part);
  const found = findElement(node, [name], [value]);
  if (found || create === undefined) return found;
  const made = name === "" ? YNode.scalar("", value) : YNode.empty("map");
  if (name !== "") made.put(name, YNode.scalar("", value));
  requireKind(node, "list");
  node.items.push(made);
  return made;
}

/** `[name=value]` → name and value. */
export function splitElement(part: string): [string, string] {
  const inner = part.slice(part.startsWith("[") ? 1 : 0, part.endsWith("]") ? -1 : undefined);
  const equals = inner.indexOf("=");
  if (equals < 0) throw fieldError("list path element must contain fieldName=fieldValue for element to match");
  return [inner.slice(0, equals), inner.slice(equals + 1)];
}

export function elements(node: YNode): YNode[] {
  requireKind(node, "list");
  return node.kind === "list" ? node.items : [];
}

/** The first element whose fields have these texts; the key "" compares the elements themselves. */
export function findElement(list: YNode, keys: readonly string[], values: readonly string[]): YNode | undefined {
  const items = elements(list);
  if (keys.length === 0 || keys[0] === "") return items.find((item) => item.value === (values[0] ?? ""));
  return items.find(
    (item) => item.kind === "map" && keys.every((key, i) => item.get(key)?.value === (values[i] ?? "") && item.has(key)),
  );
}

/** Puts `element` in the place of those that match, or at the end; without one those that match go. */
export function setElement(list: YNode, element: YNode | undefined, keys: readonly string[], values: readonly string[]): void {
  const names = keys.length === 0 ? [""] : keys;
  requireKind(list, "list");
  const byField = names[0] !== "" && values.length > 0 && values[0] !== "";
  const kept: YNode[] = [];
  let isFound = false;
  for (const item of list.items) {
    if (isMissing(item) || item.isEmptyMap) continue;
    if (item.kind !== "map" && byField) {
      kept.push(item);
      continue;
    }
    if (!matches(item, names, values)) {
      if (values.length > 0) kept.push(item);
      continue;
    }
    isFound = true;
    if (element) kept.push(element);
  }
  list.items = kept;
  if (element && !isMissing(element) && !isFound) kept.push(element);
}

function matches(item: YNode, keys: readonly string[], values: readonly string[]): boolean {
  let last: YNode | undefined;
  for (let i = 0; i < keys.length; i++) {
    if (i < values.length) last = matchField(item, keys[i]!, values[i]!);
    if (last === undefined) return false;
  }
  return true;
}

/** The field with this text; an empty text matches any. */
function matchField(item: YNode, name: string, text: string): YNode | undefined {
  if (isMissing(item)) return undefined;
  if (name === "") {
    requireKind(item, "scalar");
    return textOfNode(item) === text ? item : undefined;
  }
  const field = getField(item, name);
  return field && (text === "" || field.value === text) ? field : undefined;
}
