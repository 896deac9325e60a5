import { isObject } from "../../manifest/value.js";
import { parseJson } from "../../yaml/json.js";
import type { Node as SourceNode } from "../../yaml/node.js";
import { composeDocuments } from "../../yaml/parse.js";
import { isList, isMap, type Node } from "../nodes/node.js";
import { schemaFromOpenApi } from "./custom-schema.js";
import type { MergeSchema } from "./schema.js";

const schemas = new WeakMap<object, MergeSchema>();

/** The schema that a comment beside a field gives to its value. */
export function commentSchemaOf(node: Node | undefined): MergeSchema | undefined {
  return typeof node === "object" && node !== null ? schemas.get(node) : undefined;
}

/** kyaml: `field: # {"$ref": "#/definitions/…"}`, or that above it, gives the field's value a schema. Notes those of one document. */
export function noteCommentSchemas(text: string, document: Node): void {
  if (!text.includes("# {")) return;
  const { src, documents } = composeDocuments(text, { dialect: "kustomize" });
  const root = documents[0]?.root;
  if (root) noteBelow(src, root, document);
}

function noteBelow(src: string, source: SourceNode, node: Node): void {
  if (source.kind === "sequence" && isList(node))
    source.children.forEach((child, index) => noteBelow(src, child, node[index] ?? null));
  if (source.kind !== "mapping" || !isMap(node)) return;
  for (let i = 0; i < source.children.length; i += 2) {
    const key = source.children[i]!;
    const value = key.kind === "scalar" && Object.hasOwn(node, key.text) ? node[key.text] : undefined;
    if (typeof value !== "object" || value === null) continue;
    const schema = schemaInLine(src, key.pos);
    if (schema) schemas.set(value, schema);
    noteBelow(src, source.children[i + 1]!, value);
  }
}

function schemaInLine(src: string, position: number): MergeSchema | undefined {
  const end = src.indexOf("\n", position);
  const lineStart = src.lastIndexOf("\n", position) + 1;
  const above = src.slice(src.lastIndexOf("\n", lineStart - 2) + 1, Math.max(0, lineStart - 1));
  const comment =
    /:\s+#\s*(\{.*\})\s*$/.exec(src.slice(position, end < 0 ? undefined : end))?.[1] ?? /^\s*#\s*(\{.*\})\s*$/.exec(above)?.[1];
  if (comment === undefined) return undefined;
  try {
    const value = parseJson(comment);
    return isObject(value) && Object.keys(value).length > 0 ? schemaFromOpenApi(value) : undefined;
  } catch {
    return undefined;
  }
}
