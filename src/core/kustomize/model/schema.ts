import { schemaTables } from "../tables/schema.generated.js";
import type { SchemaNode } from "../tables/types.js";

/** What merging asks of a schema. */
export interface MergeSchema {
  /** The list is merged by key instead of replaced. */
  readonly isMerged: boolean;
  readonly strategy: string;
  readonly mergeKeys: readonly string[];
  field(name: string): MergeSchema | undefined;
  readonly items: MergeSchema | undefined;
}

/** An OpenAPI document as far as rendering needs it: merge keys and the scope of kinds. */
export interface Schemas {
  schemaOf(apiVersion: string, kind: string): MergeSchema | undefined;
  isClusterScoped(apiVersion: string, kind: string): boolean;
}

export type Definitions = { readonly [name: string]: SchemaNode };

class TableSchema implements MergeSchema {
  readonly #definitions: (name: string) => SchemaNode | undefined;
  readonly #node: SchemaNode;
  readonly #fields = new Map<string, MergeSchema | undefined>();
  /** null: not asked for yet. */
  #items: MergeSchema | undefined | null = null;

  constructor(definitions: (name: string) => SchemaNode | undefined, node: SchemaNode) {
    this.#definitions = definitions;
    this.#node = node;
  }

  get strategy(): string {
    return this.#node.s ?? "";
  }

  get isMerged(): boolean {
    return this.strategy !== "" && this.strategy.split(",").includes("merge");
  }

  get mergeKeys(): readonly string[] {
    return this.#node.k ?? [];
  }

  field(name: string): MergeSchema | undefined {
    if (this.#fields.has(name)) return this.#fields.get(name);
    const { f: fields, a: values } = this.#node;
    const found = this.#resolve(fields && Object.hasOwn(fields, name) ? fields[name] : values);
    this.#fields.set(name, found);
    return found;
  }

  get items(): MergeSchema | undefined {
    if (this.#items === null) this.#items = this.#resolve(this.#node.i);
    return this.#items;
  }

  #resolve(node: SchemaNode | undefined): MergeSchema | undefined {
    let found = node;
    for (let hops = 0; found?.r !== undefined; hops++) {
      if (hops > 100) return undefined;
      found = this.#definitions(found.r);
    }
    return found && new TableSchema(this.#definitions, found);
  }
}

/** Schemas from tables; each kind's is made once. References may also lead to `others`. */
export function tableSchemas(
  roots: ReadonlyMap<string, string>,
  definitions: Definitions,
  others: () => Definitions,
  scopes: (apiVersion: string, kind: string) => boolean,
): Schemas {
  const find = (name: string): SchemaNode | undefined => ownEntry(definitions, name) ?? ownEntry(others(), name);
  const known = new Map<string, MergeSchema | undefined>();
  return {
    schemaOf(apiVersion, kind) {
      const type = `${apiVersion}/${kind}`;
      if (known.has(type)) return known.get(type);
      const name = roots.get(type);
      const node = name === undefined ? undefined : ownEntry(definitions, name);
      const schema = node && new TableSchema(find, node);
      known.set(type, schema);
      return schema;
    },
    isClusterScoped: (apiVersion, kind) => scopes(apiVersion, kind),
  };
}

function ownEntry(definitions: Definitions, name: string): SchemaNode | undefined {
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}

const clusterScoped: ReadonlySet<string> = new Set(schemaTables.clusterScoped);
const clusterScopedKinds: ReadonlySet<string> = new Set(
  schemaTables.clusterScoped.map((type) => type.slice(type.lastIndexOf("/") + 1)),
);

/** The OpenAPI v1.21.2 document that Kustomize embeds. */
export const builtInSchemas: Schemas = tableSchemas(
  new Map(Object.entries(schemaTables.roots)),
  schemaTables.definitions,
  () => ({}),
  (apiVersion, kind) => clusterScopedKinds.has(kind) && clusterScoped.has(`${apiVersion}/${kind}`),
);

/** A schema of our own making over the built-in definitions. */
export function builtInSchema(node: SchemaNode): MergeSchema | undefined {
  const find = (name: string): SchemaNode | undefined => ownEntry(schemaTables.definitions, name);
  const found = node.r === undefined ? node : find(node.r);
  return found && new TableSchema(find, found);
}

/** Whether resources of a built-in kind are in no namespace; what is not known may be in one. */
export function isClusterScopedKind(apiVersion: string, kind: string): boolean {
  return builtInSchemas.isClusterScoped(apiVersion, kind);
}
