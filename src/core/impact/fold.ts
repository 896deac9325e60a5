import { isObject, type Value } from "../manifest/value.js";
import type { FieldChange } from "./field-change.js";
import { formatValue } from "./format-value.js";
import { stripGeneratedHash } from "./generated-name.js";
import type { ResourceChange } from "./resource-change.js";

/** One change that is the same in many Applications. */
export interface FoldedChange {
  /** An example of it: the resource of the first Application. Fields that only follow a generated name are left out, unless there is no other. */
  readonly change: ResourceChange;
  /** All that changes is a reference to a generated name (`config-7dd6bkgcb9`). */
  readonly isConsequence: boolean;
  /** `namespace/name` of the Applications, sorted. */
  readonly applications: readonly string[];
  /** Resources in them that change so. */
  readonly resourceCount: number;
}

/**
 * Gathers equal changes over Applications, the most frequent first. Two are equal when action, group and kind and all field changes are; names and
 * namespaces of the resources do not count, nor the hashes of generated names. What appears and vanishes is told by its name.
 */
export function foldChanges(changes: ReadonlyMap<string, readonly ResourceChange[]>): readonly FoldedChange[] {
  const groups = new Map<
    string,
    { change: ResourceChange; isConsequence: boolean; applications: Set<string>; resourceCount: number }
  >();
  for (const application of [...changes.keys()].sort()) {
    for (const change of changes.get(application) ?? []) {
      const causes = change.fields.filter((field) => !followsGeneratedName(field));
      const isConsequence = change.kind === "changed" && causes.length === 0;
      const shown = isConsequence ? change : { ...change, fields: causes };
      const signature = signatureOf(shown, isConsequence);
      const group = groups.get(signature);
      if (group) {
        group.applications.add(application);
        group.resourceCount++;
      } else groups.set(signature, { change: shown, isConsequence, applications: new Set([application]), resourceCount: 1 });
    }
  }
  return [...groups.values()]
    .map((group) => ({ ...group, applications: [...group.applications] }))
    .sort(
      (a, b) =>
        Number(a.isConsequence) - Number(b.isConsequence) ||
        b.applications.length - a.applications.length ||
        compareKinds(a.change, b.change),
    );
}

function signatureOf(change: ResourceChange, isConsequence: boolean): string {
  const { group, kind, name } = change.resource;
  if (isConsequence) return JSON.stringify([group, kind, ...change.fields.map((field) => field.path)]);
  if (change.kind !== "changed") return JSON.stringify([change.kind, group, kind, stripGeneratedHash(name)]);
  return JSON.stringify([
    group,
    kind,
    ...change.fields.map((field) => `${field.path} ${formatValue(field.before)} ${formatValue(field.after)}`),
  ]);
}

/** Before and after are equal but for the hashes that generators append to names. */
function followsGeneratedName(field: FieldChange): boolean {
  if (field.before === undefined || field.after === undefined) return false;
  return JSON.stringify(withoutHashes(field.before)) === JSON.stringify(withoutHashes(field.after));
}

function withoutHashes(value: Value): unknown {
  if (typeof value === "string") return stripGeneratedHash(value);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map((item: Value) => withoutHashes(item));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutHashes(item)])) : value;
}

function compareKinds(a: ResourceChange, b: ResourceChange): number {
  return `${a.resource.kind}/${a.resource.name}` < `${b.resource.kind}/${b.resource.name}` ? -1 : 1;
}
