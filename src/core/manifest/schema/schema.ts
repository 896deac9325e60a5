import type { Value } from "../value.js";

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export type SchemaType = "object" | "array" | "string" | "integer" | "number" | "boolean";

/** One node of an OpenAPI schema as Kubernetes uses it, with references already followed; children are read when asked for. */
export interface Schema {
  /** Undefined for "any", which includes int-or-string and quantities. */
  readonly type: SchemaType | undefined;
  readonly format: string;
  /** Short name of the type that a reference led to: `api.core.v1.Container`. */
  readonly typeName: string | undefined;
  readonly nullable: boolean;
  readonly required: readonly string[];
  readonly enum: readonly Value[] | undefined;
  /** Undefined when there is none. */
  readonly default: Value | undefined;
  readonly propertyNames: readonly string[];
  property(name: string): Schema | undefined;
  /** Schema of fields that are not named; true: anything goes; false: none may be. Undefined: nothing is said. */
  readonly additionalProperties: Schema | boolean | undefined;
  readonly items: Schema | undefined;
  readonly listType: "atomic" | "set" | "map" | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: "atomic" | "granular" | undefined;
  /** Strategic merge patch: the key of a list's items, and `merge`, `replace`, `retainKeys` or a comma-separated pair of them. */
  readonly patchMergeKey: string | undefined;
  readonly patchStrategy: string | undefined;
  readonly preservesUnknownFields: boolean;
  readonly isIntOrString: boolean;
  readonly isQuantity: boolean;
  readonly isRawExtension: boolean;
  readonly isEmbeddedResource: boolean;
  /** Keywords that only validation needs (minimum, pattern, anyOf, …), as they were written. */
  readonly keywords: { readonly [keyword: string]: unknown };
}

export interface ResourceSchema {
  readonly gvk: GroupVersionKind;
  readonly schema: Schema;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What is known of the kinds of one cluster: built-in kinds and CRDs look alike. */
export interface SchemaSource {
  schemaFor(gvk: GroupVersionKind): Schema | undefined;
  resourceFor(gvk: GroupVersionKind): ResourceSchema | undefined;
}
