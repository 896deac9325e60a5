import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue, splitApiVersion } from "../manifest/object.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { overrideKey, type ResourceOverride } from "./ignore-rules.js";
import { canonicalOf } from "./typed/canonical.js";
import { type GoType, goStruct } from "./typed/go-types.js";

interface KnownField {
  readonly path: readonly string[];
  readonly type: GoType;
}

export type KnownTypes = (object: KubernetesObject) => KubernetesObject;

/** Rewrites fields of custom resources that hold built-in types (`knownTypeFields`), so that "1000m" and "1" are one. */
export function compileKnownTypes(overrides: ReadonlyMap<string, ResourceOverride>): KnownTypes {
  const fieldsByKind = new Map<string, KnownField[]>();
  for (const [key, override] of overrides) {
    const { group, kind } = overrideKey(key);
    const fields = (override.knownTypeFields ?? []).flatMap(({ field, type }) => {
      const found = knownType(type);
      return found ? [{ path: field.split("."), type: found }] : [];
    });
    if (fields.length > 0) fieldsByKind.set(`${group}/${kind}`, fields);
  }
  // Argo CD: a Rollout's pod template is known without being told.
  const podSpec = goStruct("core/v1.PodSpec");
  if (podSpec && !fieldsByKind.has("argoproj.io/Rollout")) {
    fieldsByKind.set("argoproj.io/Rollout", [{ path: ["spec", "template", "spec"], type: podSpec }]);
  }
  return (object) => {
    const fields = fieldsByKind.get(`${splitApiVersion(object.apiVersion).group}/${object.kind}`);
    if (!fields) return object;
    let value = asValue(object);
    for (const field of fields) {
      const changed = rewritten(value, field.path, field.type);
      // Argo CD: a field that does not fit ends the normalisation.
      if (changed === undefined) break;
      value = changed as ValueObject;
    }
    return asObject(value);
  };
}

function knownType(name: string): GoType | undefined {
  if (name === "core/Quantity") return { kind: "quantity" };
  if (name === "meta/v1/Duration") return { kind: "duration" };
  const match = /^core\/v1\/(\w+)$/.exec(name);
  if (!match) return undefined;
  if (match[1] === "ResourceList") return { kind: "map", element: { kind: "quantity" } };
  return goStruct(`core/v1.${match[1]}`);
}

/** The value with the field at `path` (through lists) in its type's form; undefined where it does not fit. */
function rewritten(value: Value, path: readonly string[], type: GoType): Value | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return canonicalOf(value, type, { strict: false, complete: true });
  if (!isObject(value) || !Object.hasOwn(value, key)) return value;
  const before = value[key] as Value;
  const after = Array.isArray(before) ? rewrittenList(before, rest, type) : rewritten(before, rest, type);
  if (after === undefined) return undefined;
  return after === before ? value : { ...value, [key]: after };
}

function rewrittenList(list: readonly Value[], path: readonly string[], type: GoType): Value | undefined {
  const changed: Value[] = [];
  for (const item of list) {
    const found = isObject(item) ? rewritten(item, path, type) : item;
    if (found === undefined) return undefined;
    changed.push(found);
  }
  return changed;
}
