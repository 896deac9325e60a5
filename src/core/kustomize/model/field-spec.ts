import { kustomizeError } from "./errors.js";
import { compareGvk, equalGvk, formatGvk, type Gvk, isSelected } from "./gvk.js";

/** Which field of which kinds a transformer changes; the path is `/`-separated and walks through lists. */
export interface FieldSpec extends Gvk {
  readonly path: string;
  readonly create: boolean;
}

export function fieldSpec(path: string, given: Partial<FieldSpec> = {}): FieldSpec {
  return {
    group: given.group ?? "",
    version: given.version ?? "",
    kind: given.kind ?? "",
    path,
    create: given.create ?? false,
  };
}

/** Go's %v of a spec: a part of two messages. */
export function formatFieldSpec(spec: FieldSpec): string {
  return `${formatGvk(spec)}:${spec.create}:${spec.path}`;
}

const mergedOnce = new WeakMap<readonly FieldSpec[], WeakMap<readonly FieldSpec[], readonly FieldSpec[]>>();

/** Both together, each once; the same lists give the same list. */
export function mergeFieldSpecs(specs: readonly FieldSpec[], incoming: readonly FieldSpec[]): readonly FieldSpec[] {
  if (incoming.length === 0) return specs;
  if (specs.length === 0 && incoming.length === 1) return incoming;
  const known = mergedOnce.get(specs)?.get(incoming);
  if (known) return known;
  const merged = mergeAnew(specs, incoming);
  const memo = mergedOnce.get(specs) ?? new WeakMap<readonly FieldSpec[], readonly FieldSpec[]>();
  mergedOnce.set(specs, memo.set(incoming, merged));
  return merged;
}

function mergeAnew(specs: readonly FieldSpec[], incoming: readonly FieldSpec[]): readonly FieldSpec[] {
  const result = [...specs];
  const byPath = new Map<string, FieldSpec[]>();
  const remember = (spec: FieldSpec): void => {
    const known = byPath.get(spec.path);
    if (known) known.push(spec);
    else byPath.set(spec.path, [spec]);
  };
  result.forEach(remember);
  for (const spec of incoming) {
    const same = byPath.get(spec.path)?.find((known) => isSelected(known, spec));
    if (same === undefined) {
      result.push(spec);
      remember(spec);
    } else if (same.create !== spec.create) throw kustomizeError("KUSTOMIZE_FIELD", "conflicting fieldspecs");
  }
  return result;
}

/** References to resources of one kind: the fields that hold their names. */
export interface NameReference extends Gvk {
  readonly referrers: readonly FieldSpec[];
}

export function mergeNameReferences(
  references: readonly NameReference[],
  incoming: readonly NameReference[],
): readonly NameReference[] {
  if (incoming.length === 0) return references;
  const result = [...references];
  for (const other of incoming) {
    let isFound = false;
    result.forEach((reference, index) => {
      if (!equalGvk(reference, other)) return;
      isFound = true;
      result[index] = { ...reference, referrers: mergeFieldSpecs(reference.referrers, other.referrers) };
    });
    if (!isFound) result.push(other);
  }
  return result;
}

export function sortedByGvk<T extends Gvk>(specs: readonly T[]): readonly T[] {
  return specs.length < 2 ? specs : [...specs].sort(compareGvk);
}
