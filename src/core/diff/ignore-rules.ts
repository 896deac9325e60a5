import { InputError } from "../errors.js";
import { compileGobwasLenient, type GlobMatcher } from "../glob/gobwas.js";
import { compileDeletion, type JqBudget } from "../jq/delete.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue, splitApiVersion } from "../manifest/object.js";
import type { Value } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { asFloats } from "./floats.js";
import { pointerRemoval } from "./pointer.js";

/** One entry of `spec.ignoreDifferences`; group and kind are globs. */
export interface IgnoreDifference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly jsonPointers?: readonly string[] | null;
  readonly jqPathExpressions?: readonly string[] | null;
  readonly managedFieldsManagers?: readonly string[] | null;
}

/** `resource.customizations` of one `group/Kind` (or `*` + `/*`), as far as comparing goes. */
export interface ResourceOverride {
  readonly ignoreDifferences?: Omit<IgnoreDifference, "group" | "kind" | "name" | "namespace"> | null;
  readonly knownTypeFields?: readonly { readonly field: string; readonly type: string }[] | null;
}

/** Whose status is no difference: everyone's (the default), only that of CRDs, nobody's. */
export type IgnoreStatus = "all" | "crd" | "none";

interface Removal {
  readonly matches: (object: KubernetesObject) => boolean;
  readonly remove: (value: Value) => Value | undefined;
  /** By jq, where all numbers are floating point, as they come out of Argo CD's JSON decoder. */
  readonly isJq: boolean;
}

/** Takes the ignored fields out of an object; `undefined` from a rule that cannot be carried out leaves the object as it was. */
export interface IgnoreRules {
  readonly remove: (object: KubernetesObject) => KubernetesObject;
  /** field managers whose changes are taken over */
  readonly trustedManagers: (object: KubernetesObject) => readonly string[];
}

/** Compiles the rules of an Application and of the settings; throws InputError JQ_* for an expression that does not compile. */
export function compileIgnoreRules(
  ignores: readonly IgnoreDifference[],
  overrides: ReadonlyMap<string, ResourceOverride>,
  budget: JqBudget,
): IgnoreRules {
  const system = [...overrides].map(([key, override]): IgnoreDifference => {
    const { group, kind } = overrideKey(key);
    return { ...override.ignoreDifferences, group, kind, name: "", namespace: "" };
  });
  const removals = [...ignores, ...system].flatMap((ignore) => removalsOf(ignore, budget));
  const managers = ignores
    .filter((ignore) => (ignore.managedFieldsManagers?.length ?? 0) > 0)
    .map((ignore) => ({ matches: matcherOf(ignore), managers: ignore.managedFieldsManagers ?? [] }));
  const isAnyTrusted =
    managers.length > 0 || [...overrides.values()].some((one) => one.ignoreDifferences?.managedFieldsManagers?.length);
  return {
    remove: (object) => removeAll(object, removals),
    trustedManagers: (object) => {
      if (!isAnyTrusted) return [];
      // Argo CD looks the settings up by exact group and kind here.
      const { group } = splitApiVersion(object.apiVersion);
      const fromSettings = [`${group}/${object.kind}`, "*/*"].flatMap(
        (key) => overrides.get(key)?.ignoreDifferences?.managedFieldsManagers ?? [],
      );
      const fromApplication = managers.flatMap((one) => (one.matches(object) ? one.managers : []));
      return [...new Set([...fromSettings, ...fromApplication])];
    },
  };
}

/** The overrides with the status rule that `ignoreResourceStatusField` stands for. */
export function withStatusRule(
  overrides: ReadonlyMap<string, ResourceOverride>,
  ignoreStatus: IgnoreStatus,
): ReadonlyMap<string, ResourceOverride> {
  if (ignoreStatus === "none") return overrides;
  const key = ignoreStatus === "all" ? "*/*" : "apiextensions.k8s.io/CustomResourceDefinition";
  const existing = overrides.get(key);
  const jsonPointers = [...(existing?.ignoreDifferences?.jsonPointers ?? []), "/status"];
  return new Map([...overrides, [key, { ...existing, ignoreDifferences: { ...existing?.ignoreDifferences, jsonPointers } }]]);
}

/** `group/Kind`, or `Kind` alone for the core group; anything else matches nothing. */
export function overrideKey(key: string): { readonly group: string; readonly kind: string } {
  const parts = key.split("/");
  if (parts.length === 2) return { group: parts[0] ?? "", kind: parts[1] ?? "" };
  return { group: "", kind: parts.length === 1 ? key : "" };
}

function removalsOf(ignore: IgnoreDifference, budget: JqBudget): readonly Removal[] {
  const pointers = ignore.jsonPointers ?? [];
  const expressions = ignore.jqPathExpressions ?? [];
  if (pointers.length === 0 && expressions.length === 0) return [];
  const matches = matcherOf(ignore);
  return [
    ...pointers.map((pointer) => ({ matches, remove: pointerRemoval(pointer), isJq: false })),
    ...expressions.map((expression) => ({ matches, remove: compileDeletion(expression, budget), isJq: true })),
  ];
}

function matcherOf(ignore: IgnoreDifference): (object: KubernetesObject) => boolean {
  const group: GlobMatcher = compileGobwasLenient(ignore.group ?? "");
  const kind: GlobMatcher = compileGobwasLenient(ignore.kind ?? "");
  return (object) =>
    (!ignore.name || ignore.name === object.metadata.name) &&
    (!ignore.namespace || ignore.namespace === (object.metadata.namespace ?? "")) &&
    kind(object.kind) &&
    group(splitApiVersion(object.apiVersion).group);
}

function removeAll(object: KubernetesObject, removals: readonly Removal[]): KubernetesObject {
  let value: Value = asValue(object);
  let isFloats = false;
  for (const { matches, remove, isJq } of removals) {
    if (!matches(object)) continue;
    // Argo CD: a rule that fails on this object is passed over.
    const removed = remove(value);
    if (removed === undefined) continue;
    value = isJq && !isFloats ? asFloats(removed) : removed;
    isFloats ||= isJq;
  }
  if (isObject(value)) return asObject(value);
  throw new InputError("ignoreDifferences leaves nothing of the object to compare", {
    code: "COMPARE_IGNORES_ALL",
    hint: "a rule such as `.` or `..` removes the object itself; name the fields to ignore",
  });
}
