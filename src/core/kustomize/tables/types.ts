/** What merging needs of a schema: fields, items, values of a map, a reference, the strategy of a list and its merge keys. */
export interface SchemaNode {
  readonly f?: { readonly [field: string]: SchemaNode };
  readonly i?: SchemaNode;
  readonly a?: SchemaNode;
  readonly r?: string;
  readonly s?: string;
  readonly k?: readonly string[];
}

export interface SchemaTables {
  /** `apiVersion/Kind` → definition. */
  readonly roots: { readonly [type: string]: string };
  readonly definitions: { readonly [name: string]: SchemaNode };
  /** `apiVersion/Kind` of every kind that is certainly cluster-scoped. */
  readonly clusterScoped: readonly string[];
  /** The same of those that certainly live in a namespace. */
  readonly namespaced: readonly string[];
}

export interface FieldSpecEntry {
  readonly path?: string;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly create?: boolean;
}

export interface NameReferenceEntry {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly fieldSpecs?: readonly FieldSpecEntry[];
}

/** The default configuration of the transformers, a list of field specs each. */
export interface FieldSpecTables {
  readonly nameReference: readonly NameReferenceEntry[];
  readonly namePrefix: readonly FieldSpecEntry[];
  readonly nameSuffix: readonly FieldSpecEntry[];
  readonly namespace: readonly FieldSpecEntry[];
  readonly commonLabels: readonly FieldSpecEntry[];
  readonly templateLabels: readonly FieldSpecEntry[];
  readonly commonAnnotations: readonly FieldSpecEntry[];
  readonly varReference: readonly FieldSpecEntry[];
  readonly images: readonly FieldSpecEntry[];
  readonly replicas: readonly FieldSpecEntry[];
}
