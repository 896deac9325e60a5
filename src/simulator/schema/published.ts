import { readFileSync } from "node:fs";
import type { ValueObject } from "../../core/manifest/value.js";

export type Schemas = { readonly [name: string]: ValueObject };

/** How Go writes the fields of a type: `pointers` keep a zero value, `always` are written even when they are not set. */
export interface GoFields {
  readonly pointers: readonly string[];
  readonly always: { readonly [field: string]: unknown };
}

let schemas: Schemas | undefined;
let goFields: { readonly [name: string]: GoFields } | undefined;
const kindNames = new Map<string, string>();

/** The published OpenAPI schemas of the built-in kinds; read once a process. */
export function builtInSchemas(): Schemas {
  schemas ??= JSON.parse(readFileSync(new URL("../openapi/schemas.generated.json", import.meta.url), "utf8")) as Schemas;
  return schemas;
}

export function goFieldsOf(name: string): GoFields | undefined {
  goFields ??= JSON.parse(readFileSync(new URL("../openapi/go-fields.generated.json", import.meta.url), "utf8")) as {
    readonly [name: string]: GoFields;
  };
  return goFields[name];
}

/** The definition's name of a built-in kind: `io.k8s.api.apps.v1.Deployment`; "" for none. */
export function builtInSchemaName(type: { readonly group: string; readonly version: string; readonly kind: string }): string {
  if (kindNames.size === 0) {
    for (const [name, schema] of Object.entries(builtInSchemas())) {
      const kinds = schema["x-kubernetes-group-version-kind"];
      if (!Array.isArray(kinds) || kinds.length !== 1) continue;
      const { group, version, kind } = kinds[0] as { group: string; version: string; kind: string };
      kindNames.set(`${group}/${version}/${kind}`, name);
    }
  }
  return kindNames.get(`${type.group}/${type.version}/${type.kind}`) ?? "";
}
