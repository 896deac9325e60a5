import type { ResourceType } from "../api/resource-type.js";
import type { FieldCause } from "../api/status-error.js";
import { type Draft, isDraft } from "../draft.js";
import { typeCause } from "./validate.js";

type Schema = Record<string, unknown>;

/**
 * The nulls of an applied custom object that its schema does not allow. Kubernetes drops them from what is created, replaced or patched, but
 * server-side apply refuses them.
 */
export function refusedNulls(type: ResourceType, draft: Draft): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const schema = type.custom?.schema as Schema | undefined;
  if (schema) visit(schema, draft, "", causes);
  return causes;
}

function visit(schema: Schema, value: unknown, path: string, causes: FieldCause[]): void {
  if (value === null) {
    const isAllowed = schema["nullable"] === true || schema["default"] !== undefined || schema["type"] === undefined;
    if (!isAllowed) causes.push(typeCause(schema, value, path));
    return;
  }
  if (Array.isArray(value)) {
    const items = schema["items"];
    if (isDraft(items)) for (const [index, item] of value.entries()) visit(items, item, `${path}[${index}]`, causes);
    return;
  }
  if (!isDraft(value)) return;
  const properties = isDraft(schema["properties"]) ? schema["properties"] : {};
  for (const [key, item] of Object.entries(value)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : schema["additionalProperties"];
    const isMetadata = path === "" && key === "metadata";
    if (isDraft(property) && !isMetadata) visit(property, item, path === "" ? key : `${path}.${key}`, causes);
  }
}
