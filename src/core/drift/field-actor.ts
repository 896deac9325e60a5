import type { FieldSet } from "../manifest/smd/field-set.js";
import { decodeManagedFields, type ManagedEntry } from "../manifest/smd/managed-fields.js";
import { isObject, type Value } from "../manifest/value.js";
import { parseJson } from "../yaml/json.js";
import type { FieldActor } from "./episode.js";

type Step = { readonly field: string } | { readonly key: string; readonly value: string } | { readonly index: number };

/**
 * Who owns the field at `path` (as `changedFields` writes it): of several owners the one that wrote last. "unknown" where nobody does:
 * Kubernetes does not note who removed a field.
 */
export function fieldActor(managedFields: Value | undefined, path: string): FieldActor | "unknown" {
  const steps = readPath(path);
  const owners = [...(decodeManagedFields(managedFields)?.values() ?? [])]
    .map((entry) => ({ entry, nearness: nearness(entry.fields, steps) }))
    .filter((owner) => owner.nearness > 0);
  const last = owners.sort((a, b) => b.nearness - a.nearness || timeOf(b.entry) - timeOf(a.entry))[0]?.entry;
  if (last === undefined || last.manager === "") return "unknown";
  return {
    manager: last.manager,
    operation: last.operation,
    ...(last.time === undefined ? {} : { time: last.time }),
    ...(last.subresource === "" ? {} : { subresource: last.subresource }),
  };
}

/**
 * 2: owns the field itself or something below it; 1: owns the list that contains it, whose items Kubernetes does not tell apart; 0: neither.
 * Who owns no more than the map around a field has not written the field.
 */
function nearness(fields: FieldSet, steps: readonly Step[]): 0 | 1 | 2 {
  let set = fields;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    const isMember = [...set.members].some((element) => matches(element, step));
    const child = [...set.children].find(([element]) => matches(element, step))?.[1];
    if (next === undefined) return isMember || child !== undefined ? 2 : 0;
    if ("index" in next && (isMember || child !== undefined)) return 1;
    if (child === undefined) return 0;
    set = child;
  }
  return 0;
}

function matches(element: string, step: Step): boolean {
  if ("field" in step) return element === `f:${step.field}`;
  if ("index" in step) return element === `i:${step.index}`;
  if (!element.startsWith("k:")) return false;
  const keys = parseJson(element.slice(2));
  return isObject(keys) && String(keys[step.key]) === step.value;
}

const pattern = /\.?([A-Za-z0-9_-]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[([^=[\]]+)=([^\]]*)\]/gy;

/** `spec.containers[name=app].image`, `metadata.annotations["a.b/c"]`, `spec.args[0]`. */
function readPath(path: string): readonly Step[] {
  return [...path.matchAll(pattern)].map((match): Step => {
    const [, field, quoted, index, key, value] = match;
    if (field !== undefined) return { field };
    if (quoted !== undefined) return { field: String(parseJson(`"${quoted}"`)) };
    return index !== undefined ? { index: Number(index) } : { key: key!, value: value! };
  });
}

function timeOf(entry: ManagedEntry): number {
  const ms = entry.time === undefined ? 0 : Date.parse(entry.time);
  return Number.isNaN(ms) ? 0 : ms;
}
