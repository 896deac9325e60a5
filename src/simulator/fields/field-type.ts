import type { ValueObject } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import { isDraft } from "../draft.js";
import { builtInSchemaName, builtInSchemas } from "../schema/published.js";

/** How a field's parts are owned: the merge schema of server-side apply. */
export type FieldType =
  | { readonly kind: "scalar" }
  | { readonly kind: "deduced" }
  | {
      readonly kind: "map";
      readonly isAtomic: boolean;
      readonly fields: ReadonlyMap<string, FieldType>;
      readonly element: FieldType | undefined;
    }
  | {
      readonly kind: "list";
      readonly relation: "atomic" | "set" | "map";
      readonly keys: readonly string[];
      readonly element: FieldType;
    };

const scalar: FieldType = { kind: "scalar" };
const deduced: FieldType = { kind: "deduced" };
const byName = new Map<string, FieldType>();
const bySchema = new WeakMap<object, FieldType>();
const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The merge schema of a resource. */
export function fieldTypeOf(type: ResourceType): FieldType {
  if (!type.custom) return named(builtInSchemaName(type));
  const { schema } = type.custom;
  if (!schema) return deduced;
  let known = bySchema.get(schema);
  if (!known) bySchema.set(schema, (known = withMetadata(fromSchema(schema))));
  return known;
}

function withMetadata(type: FieldType): FieldType {
  if (type.kind !== "map") return type;
  return { ...type, fields: new Map([...type.fields, ["metadata", named(objectMeta)]]) };
}

function named(name: string): FieldType {
  const known = byName.get(name);
  if (known) return known;
  const schema = builtInSchemas()[name];
  if (!schema) return deduced;
  if (!isDraft(schema["properties"])) {
    // Quantities, IntOrString and times are scalars; raw extensions are owned as a whole.
    const plain =
      schema["type"] === "object" && isDraft(schema["additionalProperties"])
        ? fromSchema(schema)
        : name.endsWith(".JSON")
          ? deduced
          : scalar;
    byName.set(name, plain);
    return plain;
  }
  const fields = new Map<string, FieldType>();
  const made: FieldType = { kind: "map", isAtomic: schema["x-kubernetes-map-type"] === "atomic", fields, element: undefined };
  byName.set(name, made);
  for (const [key, property] of Object.entries(schema["properties"])) fields.set(key, fromSchema(property as ValueObject));
  return made;
}

function fromSchema(schema: ValueObject): FieldType {
  const reference = referenceOf(schema);
  if (reference !== undefined) {
    const target = named(reference);
    return schema["x-kubernetes-map-type"] === "atomic" && target.kind === "map" ? { ...target, isAtomic: true } : target;
  }
  if (schema["x-kubernetes-int-or-string"] === true) return scalar;
  switch (schema["type"]) {
    case "object":
      return objectType(schema);
    case "array":
      return listType(schema);
    case undefined:
      return schema["x-kubernetes-preserve-unknown-fields"] === true ? deduced : scalar;
    default:
      return scalar;
  }
}

function objectType(schema: ValueObject): FieldType {
  const properties = isDraft(schema["properties"]) ? schema["properties"] : {};
  const keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"] === true;
  const additional = schema["additionalProperties"];
  const element = isDraft(additional)
    ? fromSchema(additional as ValueObject)
    : keepsUnknown || additional === true
      ? deduced
      : undefined;
  const fields = new Map(
    Object.entries(properties).map(([key, property]) => [key, fromSchema(property as ValueObject)] as const),
  );
  return {
    kind: "map",
    isAtomic: schema["x-kubernetes-map-type"] === "atomic",
    fields,
    element: fields.size === 0 && !element ? deduced : element,
  };
}

function listType(schema: ValueObject): FieldType {
  const relation = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"];
  return {
    kind: "list",
    relation: relation === "map" || relation === "set" ? relation : "atomic",
    keys: Array.isArray(keys) ? keys.map(String) : [],
    element: isDraft(schema["items"]) ? fromSchema(schema["items"] as ValueObject) : deduced,
  };
}

function referenceOf(schema: ValueObject): string | undefined {
  const all = schema["allOf"];
  const target = schema["$ref"] ?? (Array.isArray(all) ? (all[0] as ValueObject | undefined)?.["$ref"] : undefined);
  return typeof target === "string" ? target.slice(target.lastIndexOf("/") + 1) : undefined;
}
