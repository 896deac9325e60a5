import type { ResourceType } from "../api/resource-type.js";
import { type Draft, isDraft } from "../draft.js";

type Schema = Record<string, unknown>;

/** Drops the fields of a custom object that its structural schema does not know, and notes their paths in `dropped`. */
export function pruneCustom(type: ResourceType, draft: Draft, dropped: string[]): void {
  const schema = type.custom?.schema as Schema | undefined;
  if (!schema) return;
  for (const [key, value] of Object.entries(draft)) {
    if (key === "apiVersion" || key === "kind" || key === "metadata") continue;
    visitProperty(schema, draft, key, value, key, dropped);
  }
}

function keepsUnknown(schema: Schema): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true;
}

function visitProperty(schema: Schema, parent: Draft, key: string, value: unknown, path: string, dropped: string[]): void {
  const properties = isDraft(schema["properties"]) ? schema["properties"] : {};
  const additional = schema["additionalProperties"];
  const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (isDraft(own)) visit(own, value, path, dropped);
  else if (isDraft(additional)) visit(additional, value, path, dropped);
  else if (additional === true || keepsUnknown(schema)) return;
  else {
    delete parent[key];
    dropped.push(path);
  }
}

function visit(schema: Schema, value: unknown, path: string, dropped: string[]): void {
  if (Array.isArray(value)) {
    const items = schema["items"];
    if (isDraft(items)) value.forEach((item, index) => void visit(items, item, `${path}[${index}]`, dropped));
    return;
  }
  if (!isDraft(value)) return;
  const isEmbedded = schema["x-kubernetes-embedded-resource"] === true;
  for (const [key, item] of Object.entries(value)) {
    if (isEmbedded && (key === "apiVersion" || key === "kind" || key === "metadata")) continue;
    visitProperty(schema, value, key, item, `${path}.${key}`, dropped);
  }
}
