import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { isLeftOut } from "../model/decode.js";
import type { GoType, StructType } from "../model/go-type.js";

/**
 * A generator's own template with what it leaves empty filled in from the set's template: structs and string maps field by field, lists as a
 * whole. Argo CD uses mergo without override, to which `false`, `0` and `""` are empty, behind a pointer too.
 */
export function mergeTemplates(type: GoType, own: Value | undefined, base: Value | undefined): Value {
  if (base === undefined || base === null) return own ?? null;
  if (own === undefined || own === null) return base;
  switch (type.kind) {
    case "pointer":
      return mergeTemplates(type.of, own, base);
    case "struct":
      return mergeStructs(type, own as Fields, base as Fields);
    case "map":
      return mergeMaps(own as Fields, base as Fields);
    default:
      return isEmptyValue(own) ? base : own;
  }
}

type Fields = { readonly [key: string]: Value };

function mergeStructs(type: StructType, own: Fields, base: Fields): Value {
  const made: Record<string, Value> = {};
  for (const field of type.fields) {
    const before = Object.hasOwn(own, field.name) ? own[field.name] : undefined;
    const below = Object.hasOwn(base, field.name) ? base[field.name] : undefined;
    if (before === undefined && below === undefined) continue;
    const merged = mergeTemplates(field.type, before, below);
    if (merged !== null && !isLeftOut(field, merged)) made[field.name] = merged;
    else if (field.kept === "always") made[field.name] = merged;
  }
  return made;
}

function mergeMaps(own: Fields, base: Fields): Value {
  const made: Record<string, Value> = { ...own };
  for (const [key, value] of Object.entries(base)) if (!Object.hasOwn(made, key) || isEmptyValue(made[key]!)) made[key] = value;
  return made;
}

function isEmptyValue(value: Value): boolean {
  if (value === null || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
