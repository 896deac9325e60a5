import { listAt, objectAt, stringAt, type Value, type ValueObject } from "../value.js";
import { builtInType } from "./built-in.js";
import { openApiSchema, type SchemaNode } from "./open-api-schema.js";
import type { GroupVersionKind, ResourceSchema, Schema, SchemaSource } from "./schema.js";

const OBJECT_META = "apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The kinds of a CustomResourceDefinition's served versions; a version without a schema accepts anything. */
export function crdResources(crd: ValueObject): readonly ResourceSchema[] {
  const spec = objectAt(crd, "spec");
  const names = objectAt(spec, "names");
  const preserveAll = spec["preserveUnknownFields"] === true;
  return listAt(spec, "versions")
    .map((version) => version as ValueObject)
    .filter((version) => version["served"] !== false)
    .map((version) => ({
      gvk: { group: stringAt(spec, "group"), version: stringAt(version, "name"), kind: stringAt(names, "kind") },
      plural: stringAt(names, "plural"),
      namespaced: stringAt(spec, "scope") === "Namespaced",
      schema: customResourceSchema(objectAt(version, "schema")["openAPIV3Schema"], preserveAll),
    }));
}

/** The API server adds apiVersion, kind and metadata to what the author wrote. */
export function customResourceSchema(openAPIV3Schema: Value | undefined, preserveAll = false): Schema {
  const written = (openAPIV3Schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true }) as SchemaNode;
  const extra = preserveAll ? { "x-kubernetes-preserve-unknown-fields": true } : {};
  return openApiSchema({ ...withObjectFields(written), ...extra }, builtInType);
}

function withObjectFields(node: SchemaNode): SchemaNode {
  const properties = {
    ...node.properties,
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { $ref: OBJECT_META },
  };
  return { type: "object", ...node, properties };
}

/** Asks `first`, then `second`. */
export function joinSources(first: SchemaSource, second: SchemaSource): SchemaSource {
  return {
    schemaFor: (gvk) => first.schemaFor(gvk) ?? second.schemaFor(gvk),
    resourceFor: (gvk) => first.resourceFor(gvk) ?? second.resourceFor(gvk),
  };
}

export function sourceOf(resources: readonly ResourceSchema[]): SchemaSource {
  const byKind = new Map(resources.map((resource) => [keyOf(resource.gvk), resource]));
  return {
    schemaFor: (gvk) => byKind.get(keyOf(gvk))?.schema,
    resourceFor: (gvk) => byKind.get(keyOf(gvk)),
  };
}

function keyOf({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}
