import { type GoType, goType, type StructField } from "../applicationset/model/go-type.js";
import { equalValues, isObject } from "../manifest/value.js";

/**
 * Whether two values are the same once Go has read them as `expression` (`ApplicationSource`, `*ManagedNamespaceMetadata`): a field that is
 * absent is its zero value, a pointer to nothing differs from one to an empty struct (`kustomize: {}`), unknown fields do not count.
 */
export function equalAsGo(expression: string, left: unknown, right: unknown): boolean {
  return same(goType(expression), left, right);
}

function same(type: GoType, left: unknown, right: unknown): boolean {
  switch (type.kind) {
    case "pointer":
      if (isAbsent(left) || isAbsent(right)) return isAbsent(left) && isAbsent(right);
      return same(type.of, left, right);
    case "struct":
      return type.fields.every((field) => same(field.type, memberOf(left, field), memberOf(right, field)));
    // An empty list or map is as good as none: Argo CD, for which it is not, syncs for ever where git has `images: []`.
    case "list": {
      const [a, b] = [listOf(left), listOf(right)];
      return a.length === b.length && a.every((item, index) => same(type.of, item, b[index]));
    }
    case "map": {
      const [a, b] = [mapOf(left), mapOf(right)];
      const keys = Object.keys(a);
      return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(type.of, a[key], b[key]));
    }
    case "string":
      return (left ?? "") === (right ?? "");
    case "bool":
      return (left ?? false) === (right ?? false);
    case "integer":
      return String(left ?? 0) === String(right ?? 0);
    case "intOrString":
      return (left ?? 0) === (right ?? 0);
    case "json":
      return equalValues(left ?? null, right ?? null);
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function memberOf(value: unknown, field: StructField): unknown {
  return isObject(value) && Object.hasOwn(value, field.name) ? value[field.name] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapOf(value: unknown): { readonly [key: string]: unknown } {
  return isObject(value) ? value : {};
}
