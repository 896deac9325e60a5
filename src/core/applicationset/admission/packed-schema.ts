/** A structural schema in which equal sub-schemas are written once: children are indexes into `nodes`. */
export interface PackedSchema {
  readonly root: number;
  readonly nodes: readonly SchemaNode[];
}

export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, number>>;
  readonly required?: readonly string[];
  readonly items?: number;
  readonly additionalProperties?: number | boolean;
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly anyOf?: readonly { readonly type?: string }[];
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-map-type"?: string;
}
