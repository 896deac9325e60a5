import { copyOf } from "../api/json.js";
import type { ResourceType } from "../api/resource-type.js";
import { type Draft, isDraft } from "../draft.js";

type Schema = Record<string, unknown>;

/** Writes the defaults of a custom resource's schema into `draft`. */
export function defaultCustom(type: ResourceType, draft: Draft): void {
  const schema = type.custom?.schema as Schema | undefined;
  if (schema) visit(schema, draft, true);
}

function visit(schema: Schema, value: unknown, isRoot = false): void {
  if (Array.isArray(value)) {
    const items = schema["items"];
    if (isDraft(items)) for (const item of value) visit(items, item);
    return;
  }
  if (!isDraft(value)) return;
  const properties = isDraft(schema["properties"]) ? schema["properties"] : {};
  for (const [key, property] of Object.entries(properties)) {
    if (!isDraft(property) || (isRoot && ["apiVersion", "kind", "metadata"].includes(key))) continue;
    const isUnset = value[key] === undefined || (value[key] === null && property["nullable"] !== true);
    if (isUnset && property["default"] !== undefined) value[key] = copyOf(property["default"]);
    else if (isUnset && value[key] === null) delete value[key];
    visit(property, value[key]);
  }
  const additional = schema["additionalProperties"];
  if (isDraft(additional))
    for (const [key, item] of Object.entries(value)) if (!Object.hasOwn(properties, key)) visit(additional, item);
}
