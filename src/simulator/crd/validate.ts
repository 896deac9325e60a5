import type { ResourceType } from "../api/resource-type.js";
import type { FieldCause } from "../api/status-error.js";
import { type Draft, isDraft } from "../draft.js";
import { invalidField, requiredField, unsupportedValue } from "../rules/causes.js";

type Schema = Record<string, unknown>;

/** All that a custom object's schema finds wrong with it. */
export function validateCustom(type: ResourceType, draft: Draft): readonly FieldCause[] {
  const schema = type.custom?.schema as Schema | undefined;
  const causes: FieldCause[] = [];
  if (schema) check(schema, draft, "", causes);
  return causes;
}

function check(schema: Schema, value: unknown, path: string, causes: FieldCause[]): void {
  if (value === null) {
    if (schema["nullable"] !== true && schema["type"] !== undefined) causes.push(typeCause(schema, value, path));
    return;
  }
  if (schema["x-kubernetes-int-or-string"] === true) {
    if (typeof value !== "string" && !Number.isInteger(value)) causes.push(typeCause({ type: "integer,string" }, value, path));
  } else if (schema["type"] !== undefined && !hasType(String(schema["type"]), value)) {
    causes.push(typeCause(schema, value, path));
    return;
  }
  checkValue(schema, value, path, causes);
  if (Array.isArray(value)) checkList(schema, value, path, causes);
  else if (isDraft(value)) checkObject(schema, value, path, causes);
  checkCombinations(schema, value, path, causes);
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case "object":
      return isDraft(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return typeof value === "bigint" || Number.isInteger(value);
    case "number":
      return typeof value === "number" || typeof value === "bigint";
    default:
      return typeof value === type;
  }
}

export function typeCause(schema: Schema, value: unknown, path: string): FieldCause {
  const found =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "array"
        : typeof value === "number"
          ? Number.isInteger(value)
            ? "integer"
            : "number"
          : typeof value;
  return {
    reason: "FieldValueTypeInvalid",
    message: `Invalid value: ${JSON.stringify(found)}: ${path} in body must be of type ${String(schema["type"])}: ${JSON.stringify(found)}`,
    field: path,
  };
}

function checkValue(schema: Schema, value: unknown, path: string, causes: FieldCause[]): void {
  const options = schema["enum"];
  if (Array.isArray(options) && !options.some((option) => option === value))
    causes.push(unsupportedValue(path, value, options.map(String)));
  if (typeof value === "string") {
    const { pattern, minLength, maxLength } = schema;
    if (typeof pattern === "string" && !matches(pattern, value))
      causes.push(invalidField(path, value, `${path} in body should match '${pattern}'`));
    if (typeof minLength === "number" && value.length < minLength)
      causes.push(invalidField(path, value, `${path} in body should be at least ${minLength} chars long`));
    if (typeof maxLength === "number" && value.length > maxLength) {
      causes.push({ reason: "FieldValueTooLong", message: `Too long: may not be more than ${maxLength} bytes`, field: path });
    }
  }
  if (typeof value === "number") {
    const { minimum, maximum } = schema;
    if (typeof minimum === "number" && value < minimum)
      causes.push(invalidField(path, value, `${path} in body should be greater than or equal to ${minimum}`));
    if (typeof maximum === "number" && value > maximum)
      causes.push(invalidField(path, value, `${path} in body should be less than or equal to ${maximum}`));
  }
}

const patterns = new Map<string, RegExp | undefined>();

/** A pattern that is no JavaScript expression finds nothing wrong. */
function matches(pattern: string, value: string): boolean {
  if (!patterns.has(pattern)) patterns.set(pattern, compiled(pattern));
  return patterns.get(pattern)?.test(value) ?? true;
}

function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}

function checkList(schema: Schema, value: readonly unknown[], path: string, causes: FieldCause[]): void {
  const { items, minItems, maxItems } = schema;
  if (typeof minItems === "number" && value.length < minItems)
    causes.push(invalidField(path, value.length, `${path} in body should have at least ${minItems} items`));
  if (typeof maxItems === "number" && value.length > maxItems) {
    causes.push({
      reason: "FieldValueTooMany",
      message: `Too many: ${value.length}: must have at most ${maxItems} items`,
      field: path,
    });
  }
  if (isDraft(items)) value.forEach((item, index) => void check(items, item, `${path}[${index}]`, causes));
  checkDuplicates(schema, value, path, causes);
}

function checkDuplicates(schema: Schema, value: readonly unknown[], path: string, causes: FieldCause[]): void {
  const kind = schema["x-kubernetes-list-type"];
  if (kind !== "map" && kind !== "set") return;
  const keys = Array.isArray(schema["x-kubernetes-list-map-keys"]) ? schema["x-kubernetes-list-map-keys"].map(String) : [];
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const id = JSON.stringify(
      kind === "set" ? item : Object.fromEntries(keys.map((key) => [key, isDraft(item) ? item[key] : undefined])),
    );
    if (seen.has(id))
      causes.push({ reason: "FieldValueDuplicate", message: `Duplicate value: ${id}`, field: `${path}[${index}]` });
    seen.add(id);
  }
}

function checkObject(schema: Schema, value: Draft, path: string, causes: FieldCause[]): void {
  const join = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const key of Array.isArray(schema["required"]) ? schema["required"].map(String) : []) {
    if (value[key] === undefined) causes.push(requiredField(join(key)));
  }
  const properties = isDraft(schema["properties"]) ? schema["properties"] : {};
  const additional = schema["additionalProperties"];
  for (const [key, item] of Object.entries(value)) {
    if (path === "" && key === "metadata") continue;
    const own = Object.hasOwn(properties, key) ? properties[key] : isDraft(additional) ? additional : undefined;
    if (isDraft(own)) check(own, item, join(key), causes);
  }
}

function checkCombinations(schema: Schema, value: unknown, path: string, causes: FieldCause[]): void {
  const passes = (branch: unknown): boolean => {
    const found: FieldCause[] = [];
    if (isDraft(branch)) check(branch, value, path, found);
    return found.length === 0;
  };
  const list = (key: string): readonly unknown[] => (Array.isArray(schema[key]) ? schema[key] : []);
  for (const branch of list("allOf")) if (isDraft(branch)) check(branch, value, path, causes);
  if (list("anyOf").length > 0 && !list("anyOf").some(passes))
    causes.push(invalidField(path, "", `${path} in body must validate at least one schema (anyOf)`));
  if (list("oneOf").length > 0 && list("oneOf").filter(passes).length !== 1)
    causes.push(invalidField(path, "", `${path} in body must validate one and only one schema (oneOf)`));
  if (isDraft(schema["not"]) && passes(schema["not"]))
    causes.push(invalidField(path, "", `${path} in body must not validate the schema (not)`));
}
