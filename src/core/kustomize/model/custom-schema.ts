import { isObject, objectAt, stringAt, type Value, type ValueObject } from "../../manifest/value.js";
import { schemaTables } from "../tables/schema.generated.js";
import type { SchemaNode } from "../tables/types.js";
import { prefixError } from "./errors.js";
import { parseOpenApiText } from "./open-api-text.js";
import { builtInSchema, builtInSchemas, type Definitions, type MergeSchema, type Schemas, tableSchemas } from "./schema.js";

const scopedTypes: ReadonlySet<string> = new Set([...schemaTables.clusterScoped, ...schemaTables.namespaced]);

/**
 * The schemas of one build. A kustomization's `openapi` replaces the built-in document for what comes after it. Where the built-in one was
 * asked for a schema before, it stays behind the other; where it was only asked for scopes, the original has put off to read it, and it
 * then covers the other.
 */
export class BuildSchemas implements Schemas {
  #document: (() => Schemas) | undefined;
  #read: Schemas | undefined;
  #builtIn: "unread" | "put off" | "read" = "unread";
  #isFixed = false;

  /** A document was chosen; later choices do not count. */
  get isFixed(): boolean {
    return this.#isFixed;
  }

  /** The document is read once a schema is asked for: as in the original, a wrong one is in nobody's way before. */
  use(document: Uint8Array, file: string): void {
    const definitions = this.#builtIn === "unread" ? {} : schemaTables.definitions;
    this.#document = () => readSchemas(document, file, { definitions, areFirst: this.#builtIn === "put off" });
    this.#isFixed = true;
  }

  get #custom(): Schemas | undefined {
    this.#read ??= this.#document?.();
    return this.#read;
  }

  /** Settles on the built-in document. */
  useBuiltIn(): void {
    this.#isFixed = true;
  }

  schemaOf(apiVersion: string, kind: string): MergeSchema | undefined {
    const document = this.#custom;
    if (document === undefined) {
      this.#builtIn = "read";
      return builtInSchemas.schemaOf(apiVersion, kind);
    }
    const custom = document.schemaOf(apiVersion, kind);
    if (this.#builtIn === "unread") return custom;
    if (this.#builtIn === "put off" && scopedTypes.has(`${apiVersion}/${kind}`)) return builtInSchemas.schemaOf(apiVersion, kind);
    return custom ?? builtInSchemas.schemaOf(apiVersion, kind);
  }

  isClusterScoped(apiVersion: string, kind: string): boolean {
    if (this.#document === undefined) {
      if (this.#builtIn === "unread" && !scopedTypes.has(`${apiVersion}/${kind}`)) this.#builtIn = "put off";
      return builtInSchemas.isClusterScoped(apiVersion, kind);
    }
    if (scopedTypes.has(`${apiVersion}/${kind}`)) return builtInSchemas.isClusterScoped(apiVersion, kind);
    return this.#custom?.isClusterScoped(apiVersion, kind) ?? false;
  }
}

/** Definitions beside those of a document. */
interface Others {
  readonly definitions: Definitions;
  /** Of two with one name, theirs counts. */
  readonly areFirst: boolean;
}

/** Reads an OpenAPI v2 document: merge keys of its definitions, scopes from its paths. */
function readSchemas(document: Uint8Array, file: string, others: Others): Schemas {
  let value: Value;
  try {
    value = parseOpenApiText(document, file);
  } catch (error) {
    throw prefixError(error, "invalid schema file");
  }
  const definitions: { [name: string]: SchemaNode } = {};
  const roots = new Map<string, string>();
  for (const [name, definition] of Object.entries(objectAt(isObject(value) ? value : undefined, "definitions"))) {
    if (!isObject(definition)) continue;
    const isCovered = others.areFirst && Object.hasOwn(others.definitions, name);
    definitions[name] = isCovered ? others.definitions[name]! : nodeOf(definition);
    const types = definition["x-kubernetes-group-version-kind"];
    for (const type of Array.isArray(types) ? types : []) if (isObject(type)) roots.set(typeKey(type), name);
  }
  const clusterScoped = clusterScopedTypes(objectAt(isObject(value) ? value : undefined, "paths"));
  return tableSchemas(
    roots,
    definitions,
    () => others.definitions,
    (apiVersion, kind) => clusterScoped.has(`${apiVersion}/${kind}`),
  );
}

function typeKey(type: ValueObject): string {
  const group = stringAt(type, "group");
  return `${group === "" ? "" : `${group}/`}${stringAt(type, "version")}/${stringAt(type, "kind")}`;
}

function nodeOf(schema: ValueObject): SchemaNode {
  const reference = stringAt(schema, "$ref");
  if (reference !== "") return { r: reference.replace("#/definitions/", "") };
  const fields: { [name: string]: SchemaNode } = {};
  for (const [name, property] of Object.entries(objectAt(schema, "properties")))
    if (isObject(property)) fields[name] = nodeOf(property);
  const items = schema["items"];
  const values = schema["additionalProperties"];
  const strategy = stringAt(schema, "x-kubernetes-patch-strategy");
  return {
    f: fields,
    ...(isObject(items) && schema["type"] === "array" ? { i: nodeOf(items) } : {}),
    ...(isObject(values) ? { a: nodeOf(values) } : {}),
    ...(strategy === "" ? {} : { s: strategy, k: mergeKeysOf(schema) }),
  };
}

function mergeKeysOf(schema: ValueObject): readonly string[] {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (Array.isArray(keys)) return keys.filter((key): key is string => typeof key === "string");
  const key = stringAt(schema, "x-kubernetes-patch-merge-key");
  return key === "" ? [] : [key];
}

function clusterScopedTypes(paths: ValueObject): ReadonlySet<string> {
  const namespaced = new Set<string>();
  const all = new Set<string>();
  for (const [path, operations] of Object.entries(paths)) {
    const type = isObject(operations) ? objectAt(operations, "get")["x-kubernetes-group-version-kind"] : undefined;
    if (!isObject(type)) continue;
    all.add(typeKey(type));
    if (path.includes("namespaces/{namespace}")) namespaced.add(typeKey(type));
  }
  return new Set([...all].filter((type) => !namespaced.has(type)));
}

/** A schema written by itself; its references lead into the built-in document. */
export function schemaFromOpenApi(schema: ValueObject): MergeSchema | undefined {
  return builtInSchema(nodeOf(schema));
}
