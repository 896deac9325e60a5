import type { Schema } from "../schema/schema.js";
import type { Value } from "../value.js";

/** What structured-merge-diff knows of a type: the forms a value may take and how each is merged. */
export interface Atom {
  readonly scalar?: "numeric" | "string" | "boolean" | "untyped";
  readonly list?: ListAtom;
  readonly map?: MapAtom;
}

export interface ListAtom {
  readonly relationship: "atomic" | "associative";
  /** Keys of a list of maps; none for a set of scalars. */
  readonly keys: readonly string[];
  readonly element: AtomRef;
}

export interface MapAtom {
  readonly relationship: "atomic" | "separable";
  field(name: string): AtomRef | undefined;
  /** Default of a declared field, which stands in for a missing list key. */
  defaultOf(name: string): Value | undefined;
  /** Type of undeclared fields; undefined when there may be none. */
  readonly element: AtomRef | undefined;
}

/** Types refer to each other in circles, so they are resolved when asked for. */
export type AtomRef = () => Atom;

const NO_FIELDS = { field: () => undefined, defaultOf: () => undefined };

/** Anything, as one piece. */
const UNTYPED: Atom = {
  scalar: "untyped",
  list: { relationship: "atomic", keys: [], element: () => UNTYPED },
  map: { relationship: "atomic", element: () => UNTYPED, ...NO_FIELDS },
};

/** Anything: maps field by field, lists as one piece. Used where no schema is known. */
export const DEDUCED: Atom = {
  scalar: "untyped",
  list: { relationship: "atomic", keys: [], element: () => UNTYPED },
  map: { relationship: "separable", element: () => DEDUCED, ...NO_FIELDS },
};

const known = new WeakMap<Schema, Atom>();
const knownPreserving = new WeakMap<Schema, Atom>();

/** The atom of a schema, as the API server derives it from OpenAPI; without a schema everything is deduced from values. */
export function atomOf(schema: Schema | undefined, preserve = false): Atom {
  if (!schema) return DEDUCED;
  // A reference begins anew: it does not inherit x-kubernetes-preserve-unknown-fields.
  const preserving = schema.preservesUnknownFields || (preserve && schema.typeName === undefined);
  const cache = preserving ? knownPreserving : known;
  const cached = cache.get(schema);
  if (cached) return cached;
  const atom = deriveAtom(schema, preserving);
  cache.set(schema, atom);
  return atom;
}

function deriveAtom(schema: Schema, preserve: boolean): Atom {
  if (schema.isQuantity) return { scalar: "untyped" };
  if (schema.isRawExtension) return UNTYPED;
  switch (schema.type) {
    case "object":
      return { map: mapAtom(schema, preserve) };
    case "array":
      return { list: listAtom(schema, preserve) };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    case "string":
      return { scalar: schema.format === "" || schema.format === "byte" ? "string" : "untyped" };
    default:
      return { scalar: "untyped", list: listAtom(schema, preserve), map: mapAtom(schema, preserve) };
  }
}

function mapAtom(schema: Schema, preserve: boolean): MapAtom {
  return {
    relationship: schema.mapType === "atomic" ? "atomic" : "separable",
    field: (name) => {
      const property = schema.property(name);
      return property && (() => atomOf(property, preserve));
    },
    defaultOf: (name) => schema.property(name)?.default,
    element: undeclaredFields(schema, preserve),
  };
}

function undeclaredFields(schema: Schema, preserve: boolean): AtomRef | undefined {
  const { additionalProperties } = schema;
  if (additionalProperties === undefined) return preserve || schema.propertyNames.length === 0 ? () => DEDUCED : undefined;
  if (typeof additionalProperties === "boolean") return additionalProperties ? () => DEDUCED : undefined;
  return () => atomOf(additionalProperties, preserve);
}

function listAtom(schema: Schema, preserve: boolean): ListAtom {
  const { items } = schema;
  return { ...listRelationship(schema), element: items ? () => atomOf(items, preserve) : () => UNTYPED };
}

function listRelationship(schema: Schema): Pick<ListAtom, "relationship" | "keys"> {
  if (schema.listType === "map") return { relationship: "associative", keys: schema.listMapKeys };
  if (schema.listType === "set") return { relationship: "associative", keys: [] };
  if (schema.listType === undefined && (schema.patchStrategy === "merge" || schema.patchStrategy === "merge,retainKeys"))
    return { relationship: "associative", keys: schema.patchMergeKey === undefined ? [] : [schema.patchMergeKey] };
  return { relationship: "atomic", keys: [] };
}

/** The form that fits a value; a null or a misfit leaves every form open. */
export function deduceAtom(atom: Atom, value: Value | undefined): Atom {
  if (value === undefined || value === null) return atom;
  if (Array.isArray(value)) return atom.list ? { list: atom.list } : atom;
  if (typeof value === "object") return atom.map ? { map: atom.map } : atom;
  return atom.scalar ? { scalar: atom.scalar } : atom;
}
