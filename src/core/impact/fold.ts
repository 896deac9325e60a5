import type { ResourceKey } from "../manifest/object.js";
import { formatValue } from "./format-value.js";
import type { ResourceChange } from "./resource-change.js";

/** One change that is the same in many Applications. */
export interface FoldedChange {
  /** An example of it: the resource of the first Application. */
  readonly change: ResourceChange;
  /** `namespace/name` of the Applications, sorted. */
  readonly applications: readonly string[];
}

/**
 * Gathers equal changes over Applications, the most frequent first. Two are equal when action, group and kind and all field changes are; the
 * resource's namespace does not count, nor does its name where it is told apart by the Application alone.
 */
export function foldChanges(changes: ReadonlyMap<string, readonly ResourceChange[]>): readonly FoldedChange[] {
  const groups = new Map<string, { change: ResourceChange; applications: Set<string> }>();
  for (const application of [...changes.keys()].sort()) {
    for (const change of changes.get(application) ?? []) {
      const signature = signatureOf(change);
      const group = groups.get(signature);
      if (group) group.applications.add(application);
      else groups.set(signature, { change, applications: new Set([application]) });
    }
  }
  return [...groups.values()]
    .map(({ change, applications }) => ({ change, applications: [...applications] }))
    .sort(
      (a, b) =>
        b.applications.length - a.applications.length ||
        (describeKey(a.change.resource) < describeKey(b.change.resource) ? -1 : 1),
    );
}

function signatureOf(change: ResourceChange): string {
  const { group, kind, name } = change.resource;
  const fields = change.fields.map((field) => `${field.path} ${formatValue(field.before)} ${formatValue(field.after)}`);
  return JSON.stringify([change.kind, group, kind, change.fields.length > 0 ? stemOf(name) : name, ...fields]);
}

/** The name without the hash of a generator. */
function stemOf(name: string): string {
  return name.replace(/-[2456789bcdfghkmt]{10}$/, "");
}

function describeKey(key: ResourceKey): string {
  return `${key.kind}/${key.name}`;
}
