import type { Value } from "../value.js";
import type { Schema, SchemaType } from "./schema.js";

/** A schema node as JSON: the OpenAPI v3 subset of Kubernetes, references by bare type name. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly required?: readonly string[];
  readonly enum?: readonly Value[];
  readonly default?: Value;
  readonly properties?: { readonly [name: string]: SchemaNode };
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly [keyword: string]: unknown;
}

export type Definitions = (name: string) => SchemaNode | undefined;

const QUANTITY = "apimachinery.pkg.api.resource.Quantity";
const RAW_EXTENSION = "apimachinery.pkg.runtime.RawExtension";

/** `node` as a Schema; what a node says beside its reference overrides what the reference says. */
export function openApiSchema(node: SchemaNode, definitions: Definitions): Schema {
  return new OpenApiSchema(node, definitions);
}

class OpenApiSchema implements Schema {
  readonly typeName: string | undefined;
  readonly keywords: { readonly [keyword: string]: unknown };
  readonly #definitions: Definitions;
  readonly #node: SchemaNode;
  readonly #children = new Map<string, Schema>();
  #items: Schema | undefined;
  #additional: Schema | boolean | undefined;

  constructor(node: SchemaNode, definitions: Definitions) {
    this.#definitions = definitions;
    this.typeName = node.$ref;
    const target = node.$ref === undefined ? undefined : definitions(node.$ref);
    this.#node = target ? { ...target, ...node } : node;
    this.keywords = this.#node;
  }

  get type(): SchemaType | undefined {
    return this.#node.type as SchemaType | undefined;
  }
  get format(): string {
    return this.#node.format ?? "";
  }
  get nullable(): boolean {
    return this.#node.nullable === true;
  }
  get required(): readonly string[] {
    return this.#node.required ?? [];
  }
  get enum(): readonly Value[] | undefined {
    return this.#node.enum;
  }
  get default(): Value | undefined {
    return this.#node.default;
  }
  get propertyNames(): readonly string[] {
    return Object.keys(this.#node.properties ?? {});
  }

  property(name: string): Schema | undefined {
    const known = this.#children.get(name);
    if (known) return known;
    const { properties } = this.#node;
    if (!properties || !Object.hasOwn(properties, name)) return undefined;
    const schema = new OpenApiSchema(properties[name] as SchemaNode, this.#definitions);
    this.#children.set(name, schema);
    return schema;
  }

  get additionalProperties(): Schema | boolean | undefined {
    const { additionalProperties } = this.#node;
    if (typeof additionalProperties !== "object") return additionalProperties;
    this.#additional ??= new OpenApiSchema(additionalProperties, this.#definitions);
    return this.#additional;
  }

  get items(): Schema | undefined {
    if (this.#node.items) this.#items ??= new OpenApiSchema(this.#node.items, this.#definitions);
    return this.#items;
  }

  get listType(): "atomic" | "set" | "map" | undefined {
    return this.#node["x-kubernetes-list-type"] as "atomic" | "set" | "map" | undefined;
  }
  get listMapKeys(): readonly string[] {
    return (this.#node["x-kubernetes-list-map-keys"] as readonly string[] | undefined) ?? [];
  }
  get mapType(): "atomic" | "granular" | undefined {
    return this.#node["x-kubernetes-map-type"] as "atomic" | "granular" | undefined;
  }
  get patchMergeKey(): string | undefined {
    return this.#node["x-kubernetes-patch-merge-key"] as string | undefined;
  }
  get patchStrategy(): string | undefined {
    return this.#node["x-kubernetes-patch-strategy"] as string | undefined;
  }
  get preservesUnknownFields(): boolean {
    return this.#node["x-kubernetes-preserve-unknown-fields"] === true;
  }
  get isIntOrString(): boolean {
    return this.#node["x-kubernetes-int-or-string"] === true || this.format === "int-or-string";
  }
  get isQuantity(): boolean {
    return this.typeName === QUANTITY;
  }
  get isRawExtension(): boolean {
    return this.typeName === RAW_EXTENSION;
  }
  get isEmbeddedResource(): boolean {
    return this.#node["x-kubernetes-embedded-resource"] === true;
  }
}
