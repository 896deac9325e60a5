import { RE2JS } from "re2js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { applicationCrd } from "./application-crd.generated.js";
import { applicationSetCrd } from "./applicationset-crd.generated.js";
import type { PackedSchema, SchemaNode } from "./packed-schema.js";

/** What the API server makes of a manifest under its CRD. */
export interface Admission {
  /** Without errors. An invalid object would be refused; its admitted form is given all the same. */
  readonly valid: boolean;
  /** In Kubernetes' words, sorted. */
  readonly errors: readonly string[];
  /** Paths of the fields that the schema does not know, sorted. */
  readonly pruned: readonly string[];
  /** Paths of nulls that were dropped because the field cannot be null (`automated: null` ends here), sorted. */
  readonly nullsDropped: readonly string[];
  readonly manifest: ValueObject;
}

export function admitApplicationSet(manifest: ValueObject): Admission {
  return admit(manifest, applicationSetCrd);
}

export function admitApplication(manifest: ValueObject): Admission {
  return admit(manifest, applicationCrd);
}

const rootFields = new Set(["apiVersion", "kind", "metadata"]);

/** Prunes, drops nulls and validates under a structural schema. metadata is the API server's own matter and is left alone. */
export function admit(manifest: ValueObject, schema: PackedSchema): Admission {
  const walk = new Walk(schema);
  const admitted: Record<string, Value> = {};
  const root = schema.nodes[schema.root]!;
  for (const [key, value] of Object.entries(manifest)) {
    if (rootFields.has(key)) {
      admitted[key] = value;
      continue;
    }
    const field = root.properties?.[key];
    if (field === undefined) walk.pruned.push(`.${key}`);
    else if (value === null) walk.nullsDropped.push(`.${key}`);
    else admitted[key] = walk.prune(value, field, `.${key}`);
  }
  for (const key of root.required ?? []) {
    if (!(key in admitted) && !rootFields.has(key)) walk.errors.push(`${key}: Required value`);
  }
  for (const [key, value] of Object.entries(admitted))
    if (!rootFields.has(key)) walk.validate(value, root.properties![key]!, key);
  return {
    valid: walk.errors.length === 0,
    errors: walk.errors.sort(),
    pruned: walk.pruned.sort(),
    nullsDropped: walk.nullsDropped.sort(),
    manifest: admitted,
  };
}

class Walk {
  readonly errors: string[] = [];
  readonly pruned: string[] = [];
  readonly nullsDropped: string[] = [];

  constructor(private readonly schema: PackedSchema) {}

  /** The value without unknown fields and without nulls where none may be. */
  prune(value: Value, index: number, path: string): Value {
    const node = this.schema.nodes[index]!;
    if (Array.isArray(value))
      return node.items === undefined ? value : value.map((item: Value, at) => this.prune(item, node.items!, `${path}[${at}]`));
    if (!isObject(value)) return value;
    const made: Record<string, Value> = {};
    for (const [key, item] of Object.entries(value)) {
      const child = childOf(node, key);
      if (child === undefined) {
        if (keepsUnknown(node)) made[key] = item;
        else this.pruned.push(`${path}.${key}`);
      } else if (item === null && !this.schema.nodes[child]!.nullable) this.nullsDropped.push(`${path}.${key}`);
      else made[key] = this.prune(item, child, `${path}.${key}`);
    }
    return made;
  }

  validate(value: Value, index: number, path: string): void {
    const node = this.schema.nodes[index]!;
    if (value === null && node.nullable) return;
    if (!this.checkType(value, node, path)) return;
    if (typeof value === "string") this.checkString(value, node, path);
    if (Array.isArray(value)) {
      if (node.items !== undefined) value.forEach((item: Value, at) => this.validate(item, node.items!, `${path}[${at}]`));
      return;
    }
    if (!isObject(value)) return;
    for (const key of node.required ?? []) if (!Object.hasOwn(value, key)) this.errors.push(`${path}.${key}: Required value`);
    for (const [key, item] of Object.entries(value)) {
      const child = childOf(node, key);
      if (child !== undefined) this.validate(item, child, `${path}.${key}`);
    }
  }

  private checkType(value: Value, node: SchemaNode, path: string): boolean {
    const got = typeOf(value);
    const wanted = node["x-kubernetes-int-or-string"] ? "integer,string" : node.type;
    if (wanted === undefined) return true;
    const fits =
      wanted === "integer,string"
        ? got === "integer" || got === "string"
        : got === wanted || (wanted === "number" && got === "integer");
    if (!fits)
      this.errors.push(
        `${path}: Invalid value: ${JSON.stringify(got)}: ${path} in body must be of type ${wanted}: ${JSON.stringify(got)}`,
      );
    return fits;
  }

  private checkString(value: string, node: SchemaNode, path: string): void {
    const shown = JSON.stringify(value);
    if (node.enum && !node.enum.includes(value)) {
      const supported = node.enum.map((item) => JSON.stringify(item)).join(", ");
      this.errors.push(`${path}: Unsupported value: ${shown}: supported values: ${supported}`);
    }
    if (node.minLength !== undefined && value.length < node.minLength) {
      this.errors.push(`${path}: Invalid value: ${shown}: ${path} in body should be at least ${node.minLength} chars long`);
    }
    if (node.pattern !== undefined && !RE2JS.compile(node.pattern).matcher(value).find()) {
      this.errors.push(`${path}: Invalid value: ${shown}: ${path} in body should match '${node.pattern}'`);
    }
  }
}

function childOf(node: SchemaNode, key: string): number | undefined {
  if (node.properties && Object.hasOwn(node.properties, key)) return node.properties[key];
  return typeof node.additionalProperties === "number" ? node.additionalProperties : undefined;
}

function keepsUnknown(node: SchemaNode): boolean {
  return node["x-kubernetes-preserve-unknown-fields"] === true || node.additionalProperties === true;
}

function typeOf(value: Value): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
