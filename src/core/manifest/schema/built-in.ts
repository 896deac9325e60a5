import { KUBERNETES_SCHEMAS } from "./kubernetes.generated.js";
import { openApiSchema, type SchemaNode } from "./open-api-schema.js";
import type { GroupVersionKind, ResourceSchema, Schema, SchemaSource } from "./schema.js";

interface Tables {
  readonly version: string;
  readonly kinds: { readonly [gvk: string]: { readonly type: string; readonly plural: string; readonly namespaced: boolean } };
  readonly types: { readonly [name: string]: SchemaNode };
}

let tables: Tables | undefined;

/** The tables are text until the first question: most commands never ask. */
function readTables(): Tables {
  tables ??= JSON.parse(KUBERNETES_SCHEMAS) as Tables;
  return tables;
}

export function builtInType(name: string): SchemaNode | undefined {
  return readTables().types[name];
}

const resources = new Map<string, ResourceSchema | undefined>();

/** The kinds that Kubernetes itself serves, from its OpenAPI documents. */
export const builtInSchemas: SchemaSource = {
  schemaFor(gvk: GroupVersionKind): Schema | undefined {
    return builtInSchemas.resourceFor(gvk)?.schema;
  },
  resourceFor(gvk: GroupVersionKind): ResourceSchema | undefined {
    const key = `${gvk.group}/${gvk.version}/${gvk.kind}`;
    if (!resources.has(key)) resources.set(key, readResource(key, gvk));
    return resources.get(key);
  },
};

function readResource(key: string, gvk: GroupVersionKind): ResourceSchema | undefined {
  const { kinds } = readTables();
  const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
  if (!kind) return undefined;
  return { gvk, plural: kind.plural, namespaced: kind.namespaced, schema: openApiSchema({ $ref: kind.type }, builtInType) };
}

/** Every kind with a schema, in the order of group, version and kind. */
export function builtInKinds(): readonly GroupVersionKind[] {
  return Object.keys(readTables().kinds).map((key) => {
    const [group, version, kind] = key.split("/") as [string, string, string];
    return { group, version, kind };
  });
}
