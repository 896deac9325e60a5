import type { Value } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import { emitJson } from "../../yaml/json.js";
import { firstDocument } from "../../yaml/parse.js";
import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { toJson } from "../nodes/json.js";
import { isList, isMap, type Node } from "../nodes/node.js";
import { lookup } from "../nodes/ops.js";
import { type Kind, YNode } from "../nodes/ynode.js";
import { matchPath } from "./path-matcher.js";
import { printChangedYaml } from "./structured-yaml.js";

/** The document inside a scalar. Throws when the text is no YAML. */
export function parseStructured(text: string): YNode {
  const rules = { dialect: "kustomize", keepStyle: true, duplicateKeys: "first", asNodes: true } as const;
  return new YNode(firstDocument(text, rules) as Node | undefined);
}

/**
 * Sets a value inside JSON or YAML that a scalar of the target holds. Gives false where the path does not lead into
 * such a scalar, or to nothing in it.
 */
export function setInStructuredText(target: YNode, value: YNode, path: readonly string[], create: Kind | undefined): boolean {
  try {
    return trySet(target, value, path, create);
  } catch {
    return false;
  }
}

function trySet(target: YNode, value: YNode, path: readonly string[], create: Kind | undefined): boolean {
  const length = scalarDepth(target, path);
  if (length === undefined) return false;
  const scalar = lookup(target, path.slice(0, length)) as YNode;
  const text = scalar.value;
  const structured = parseStructured(text);
  const found = matchPath(structured, path.slice(length), create);
  if (!found || found.length === 0) return false;
  const placed = new Set<Node>();
  for (const field of found) {
    if (field.kind === "scalar") field.setText(value.value);
    else {
      const node = value.freeze();
      field.setNode(node);
      if (value.kind !== "scalar") placed.add(node);
    }
  }
  scalar.setText(print(structured, text, placed));
  return true;
}

/** How many parts of the path lead to the first scalar on it that holds a document. */
function scalarDepth(target: YNode, path: readonly string[]): number | undefined {
  for (let length = 1; length < path.length; length++) {
    let field: YNode | undefined;
    try {
      field = lookup(target, path.slice(0, length));
    } catch {
      continue;
    }
    if (field?.kind !== "scalar") continue;
    try {
      parseStructured(field.value);
      return length;
    } catch {}
  }
  return undefined;
}

function print(structured: YNode, original: string, placed: ReadonlySet<Node>): string {
  const first = original.trim()[0];
  if (first === "{" || first === "[") {
    const isPretty = original.includes("\n") && original.includes("  ");
    return emitJson(toJson(withEmptyTexts(structured.freeze())), isPretty ? { indent: 2 } : {});
  }
  const printed = printChangedYaml(original, structured.freeze(), placed);
  if (printed !== undefined) return printed.trim();
  return emitYaml(toJson(structured.freeze()) as Value, { style: "go-yaml-v3", indent: 2, sortKeys: false }).trim();
}

/** Between braces nothing is written as an empty text. */
function withEmptyTexts(node: Node): Node {
  if (node instanceof ScalarLiteral) return node.tag === "!!null" && node.text === "" ? "" : node;
  if (isList(node)) return node.map(withEmptyTexts);
  if (!isMap(node)) return node;
  const result: { [key: string]: Node } = { ...node };
  for (const key of Object.keys(node)) result[key] = withEmptyTexts(node[key]!);
  return result;
}
