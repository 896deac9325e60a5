import { asObject, asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { builtInSchemas } from "../../core/manifest/schema/built-in.js";
import { customResourceSchema } from "../../core/manifest/schema/crd.js";
import type { Schema } from "../../core/manifest/schema/schema.js";
import { applyServerSide, updateManagedFields } from "../../core/manifest/smd/server-side-apply.js";
import type { ValueObject } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import { StatusError } from "../api/status-error.js";
import { fillShape } from "../schema/fill.js";
import { builtInSchemaName } from "../schema/published.js";
import { shapeOf } from "../schema/shape.js";

/** Who writes. */
export interface Writer {
  readonly name: string;
  readonly subresource: string;
  readonly time: string;
}

export interface Applied {
  readonly object: KubernetesObject;
  /** Writes the new managers into the object once defaulting and the like are done. */
  readonly record: (final: KubernetesObject) => KubernetesObject;
}

/** A create, update or patch: the writer comes to own what it changed, the others lose it. */
export function recordUpdate(
  type: ResourceType,
  old: KubernetesObject | undefined,
  next: KubernetesObject,
  writer: Writer,
): KubernetesObject {
  const live = old ? asValue(old) : emptyOf(type);
  return asObject(updateManagedFields(live, asValue(next), optionsOf(type, writer)));
}

/** Server-side apply. Throws 409 with the managers it conflicts with unless `force`, 400 for a configuration that does not fit its schema. */
export function applyFields(
  type: ResourceType,
  live: KubernetesObject | undefined,
  config: KubernetesObject,
  writer: Writer & { readonly force: boolean },
): Applied {
  const result = applyServerSide(live && asValue(live), asValue(config), { ...optionsOf(type, writer), force: writer.force });
  switch (result.kind) {
    case "conflict": {
      const causes = result.conflicts.map(({ message, field }) => ({ reason: "FieldManagerConflict", message, field }));
      throw new StatusError(409, "Conflict", result.message, { causes });
    }
    case "invalid":
      throw new StatusError(500, "", result.message);
    case "applied": {
      const object = asObject(result.object);
      return { object, record: (final) => withManagedFields(final, object.metadata.managedFields) };
    }
  }
}

function optionsOf(type: ResourceType, writer: Writer): Parameters<typeof updateManagedFields>[2] {
  return {
    manager: writer.name,
    schema: schemaOf(type),
    subresource: writer.subresource,
    now: writer.time,
    resetFields: resetFieldsOf(type, writer.subresource),
  };
}

/** A write to the main resource never owns status; one to status owns nothing of the spec. */
function resetFieldsOf(type: ResourceType, subresource: string): readonly (readonly string[])[] {
  if (subresource === "status") return [["spec"], ["metadata"]];
  return type.subresources.includes("status") ? [["status"]] : [];
}

const customSchemas = new WeakMap<ValueObject, Schema>();

function schemaOf(type: ResourceType): Schema | undefined {
  if (!type.custom) return builtInSchemas.schemaFor(type);
  const written = type.custom.schema;
  if (!written) return customResourceSchema(undefined);
  let schema = customSchemas.get(written);
  if (!schema) customSchemas.set(written, (schema = customResourceSchema(written)));
  return schema;
}

const empty = new Map<string, ValueObject>();

/** What Go has of an object before anything is set: a create is a change of that. */
function emptyOf(type: ResourceType): ValueObject {
  let made = empty.get(`${type.apiVersion} ${type.kind}`);
  if (!made) {
    const draft = { apiVersion: type.apiVersion, kind: type.kind, metadata: {} };
    const name = type.custom ? "" : builtInSchemaName(type);
    if (name !== "") fillShape(shapeOf(name), draft, true);
    empty.set(`${type.apiVersion} ${type.kind}`, (made = draft));
  }
  return made;
}

function withManagedFields(
  object: KubernetesObject,
  managedFields: KubernetesObject["metadata"]["managedFields"],
): KubernetesObject {
  const { managedFields: _old, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } };
}
