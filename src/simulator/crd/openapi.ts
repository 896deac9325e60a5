import type { ValueObject } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";

const objectMeta = { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };
const typeMeta = { apiVersion: { type: "string" }, kind: { type: "string" } };

/** The definitions that a custom resource adds to its group's OpenAPI document. */
export function customSchemas(type: ResourceType): { readonly [name: string]: ValueObject } {
  const base = type.group.split(".").reverse().join(".");
  const name = `${base}.${type.version}.${type.kind}`;
  const schema = type.custom?.schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const properties = (schema["properties"] ?? {}) as ValueObject;
  const kind = (of: string): ValueObject => ({ group: type.group, kind: of, version: type.version });
  return {
    [name]: {
      ...schema,
      properties: { ...typeMeta, ...properties, metadata: objectMeta },
      "x-kubernetes-group-version-kind": [kind(type.kind)],
    },
    [`${base}.${type.version}.${type.listKind}`]: {
      type: "object",
      required: ["items"],
      properties: {
        ...typeMeta,
        items: { type: "array", items: { $ref: `#/components/schemas/${name}` } },
        metadata: { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta" },
      },
      "x-kubernetes-group-version-kind": [kind(type.listKind)],
    },
  };
}
