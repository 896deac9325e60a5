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
  const owners = [...(decodeManagedFields(managedFields)?.values() ?? [])].filter((entry) => owns(entry.fields, steps));
  const [last] = owners.sort((a, b) => timeOf(b) - timeOf(a));
  if (last === undefined || last.manager === "") return "unknown";
  return {
    manager: last.manager,
    operation: last.operation,
    ...(last.time === undefined ? {} : { time: last.time }),
    ...(last.subresource === "" ? {} : { subresource: last.subresource }),
  };
}

/** The field itself, something below it, or the list or map that contains it and is owned as a whole. */
function owns(fields: FieldSet, steps: readonly Step[]): boolean {
  let set = fields;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const members = [...set.members].filter((element) => matches(element, step));
    const children = [...set.children].filter(([element]) => matches(element, step));
    if (isLast) return members.length > 0 || children.length > 0;
    const [child] = children;
    if (child === undefined) return members.length > 0 || "index" in step;
    set = child[1];
  }
  return false;
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
