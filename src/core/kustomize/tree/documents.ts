import { utf8DecodeLossy } from "../../../platform/bytes.js";
import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { noteFlow } from "../../yaml/flow-maps.js";
import { parseYamlDocuments } from "../../yaml/parse.js";
import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { noteCommentSchemas } from "../model/comment-schema.js";
import { kustomizeError, prefixError, rewordError } from "../model/errors.js";
import { decodingProblem, fromJson, toJson } from "../nodes/json.js";
import { childOf, isList, isMap, isMissingOrNull, isNilOrEmpty, type Node, type NodeMap, textOf } from "../nodes/node.js";

/**
 * The resources in a text: every document, the items of lists, nothing that is empty. Throws where one is malformed; of a key that
 * a map has twice the first counts, and whoever prints the map finds out.
 */
export function readResources(text: string | Uint8Array, file: string): readonly NodeMap[] {
  return inlineLists(dropBad(unwrapList(readDocuments(text, file)), file), file);
}

function readDocuments(text: string | Uint8Array, file: string): readonly Node[] {
  try {
    const documents = parseYamlDocuments(text, { file, dialect: "kustomize", keepStyle: true, duplicateKeys: "first" });
    const nodes = (documents as readonly unknown[] as readonly Node[]).filter((document) => !isMissingOrNull(document));
    const merged = mayHoldMergeKey(text) ? nodes.map(withoutMergeKeys) : nodes;
    if (merged.length === 1 && mayHoldSchemas(text))
      noteCommentSchemas(typeof text === "string" ? text : utf8DecodeLossy(text), merged[0]!);
    return merged;
  } catch (error) {
    if (!(error instanceof InputError) || error.code === "YAML_SEPARATOR") throw error;
    // The original finds a bad merge when it expands anchors, after it has read the file.
    if (/map merge requires|duplicate merge key/.test(error.message))
      throw rewordError(error, (message) => message.replace(/^yaml: /, ""));
    throw prefixError(error, "MalformedYAMLError");
  }
}

function mayHoldMergeKey(text: string | Uint8Array): boolean {
  if (typeof text === "string") return text.includes("<<") || escapedMark.test(text);
  for (let at = text.indexOf(60); at >= 0; at = text.indexOf(60, at + 1)) if (text[at + 1] === 60) return true;
  for (let at = text.indexOf(92); at >= 0; at = text.indexOf(92, at + 1))
    if (escapedMark.test(String.fromCharCode(...text.subarray(at, at + 10)))) return true;
  // UTF-16, where no two marks are neighbours.
  return text[0] === 0xfe || text[0] === 0xff;
}

/** `<` as JSON of Go programs has it, and YAML's other ways to write it; or the end of a line within a quoted key. */
const escapedMark = /\\(?:u00|x|U000000)3[cC]|\\[\r\n]/;

function mayHoldSchemas(text: string | Uint8Array): boolean {
  if (typeof text === "string") return text.includes("# {");
  for (let at = text.indexOf(35); at >= 0; at = text.indexOf(35, at + 1))
    if (text[at + 1] === 32 && text[at + 2] === 123) return true;
  return false;
}

/** Merges are done; any key `<<` that is left, a quoted one, is dropped with them. */
function withoutMergeKeys(node: Node): Node {
  if (isList(node)) {
    const items = node.map(withoutMergeKeys);
    return items.some((item, index) => item !== node[index]) ? items : node;
  }
  if (!isMap(node)) return node;
  let result: { [key: string]: Node } | undefined;
  for (const [key, child] of Object.entries(node)) {
    const kept = key === "<<" ? undefined : withoutMergeKeys(child);
    if (kept === child) continue;
    result ??= { ...node };
    if (kept === undefined) delete result[key];
    else result[key] = kept;
  }
  return result ?? node;
}

/** A lone `List` or `ResourceList` stands for its items; of a map the original takes keys and values for them. */
function unwrapList(documents: readonly Node[]): readonly Node[] {
  const [only] = documents;
  if (documents.length !== 1 || !isMap(only)) return documents;
  const kind = textOf(childOf(only, "kind"));
  if (kind !== "List" && kind !== "ResourceList") return documents;
  const items = childOf(only, "items");
  if (items === undefined && childOf(only, "functionConfig") === undefined) return documents;
  if (isList(items)) return items;
  return isMap(items) ? Object.entries(items).flat() : [];
}

function dropBad(nodes: readonly Node[], file: string): readonly NodeMap[] {
  const result: NodeMap[] = [];
  for (const node of nodes) {
    if (isNilOrEmpty(node)) continue;
    requireMetadata(node, file);
    result.push(node as NodeMap);
  }
  return result;
}

/** Throws where a resource has no kind or no name; `List` kinds need none. */
export function requireMetadata(node: Node, file: string | undefined): void {
  const kind = metaField(node, "kind");
  const metadata = childOf(node, "metadata");
  const name = metaField(metadata ?? null, "name");
  if (kind !== "" && (name !== "" || kind.endsWith("List"))) return;
  const apiVersion = metaField(node, "apiVersion");
  const namespace = metaField(metadata ?? null, "namespace");
  const hasMeta =
    kind !== "" ||
    apiVersion !== "" ||
    name !== "" ||
    namespace !== "" ||
    ["labels", "annotations"].some((field) => !isNilOrEmpty(childOf(metadata, field)));
  const missing = kind === "" ? "kind" : "metadata.name";
  const shown = `{{${apiVersion} ${kind}} {{${name} ${namespace}} ${goMap(metadata, "labels")} ${goMap(metadata, "annotations")}}}`;
  throw kustomizeError(
    "KUSTOMIZE_RESOURCE",
    hasMeta ? `missing ${missing} in object ${shown}` : "missing Resource metadata",
    file === undefined ? {} : { location: { file } },
  );
}

function metaField(node: Node, field: string): string {
  const child = childOf(node, field);
  return isNilOrEmpty(child) ? "" : textOf(child);
}

function goMap(metadata: Node | undefined, field: string): string {
  const map = childOf(metadata, field);
  if (!isMap(map)) return "map[]";
  const entries = Object.keys(map)
    .sort()
    .map((key) => `${key}:${textOf(map[key])}`);
  return `map[${entries.join(" ")}]`;
}

/** A `FooList` with items is replaced by them; items of such lists come last. */
function inlineLists(nodes: readonly NodeMap[], file: string): readonly NodeMap[] {
  if (!nodes.some((node) => textOf(childOf(node, "kind")).endsWith("List"))) return nodes;
  const queue = [...nodes];
  const result: NodeMap[] = [];
  for (let position = 0; position < queue.length; position++) {
    const node = queue[position]!;
    const kind = textOf(childOf(node, "kind"));
    const isOfList = kind.endsWith("List");
    const problem = isOfList ? decodingProblem(node) : undefined;
    if (problem !== undefined)
      throw rewordError(problem, (message) => `trouble expanding list of ${kind}; received error ${message}`);
    const items = isOfList ? childOf(node, "items") : undefined;
    if (items === undefined) result.push(node);
    else if (isList(items))
      queue.push(
        ...dropBad(
          items.map((item) => throughJson(item)),
          file,
        ),
      );
    else if (!isMissingOrNull(items))
      throw kustomizeError("KUSTOMIZE_RESOURCE", `expected array in ${kind}/items, but found ${goType(items)}`, {
        location: { file },
      });
  }
  return result;
}

/** Items of a list are written as JSON and read again: only integers keep their form. */
function throughJson(item: Node): Node {
  return restyle(toJson(item));
}

function restyle(value: Value): Node {
  if (typeof value === "string") return value.startsWith("\t") ? new ScalarLiteral("!!str", value) : fromJson(value);
  if (Array.isArray(value)) return value.map(restyle);
  if (typeof value !== "object" || value === null) return value;
  const result: { [key: string]: Node } = {};
  noteFlow(result);
  for (const [key, child] of Object.entries(value)) result[key] = restyle(child as Value);
  return result;
}

function goType(node: Node): string {
  if (isMap(node)) return "map[string]interface {}";
  switch (typeof node) {
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(node) ? "int" : "float64";
    default:
      return "string";
  }
}
