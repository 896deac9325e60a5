import { threeWayJsonPatch } from "../diff/json-merge.js";
import { lastAppliedAnnotation, lastAppliedOf } from "../diff/last-applied.js";
import { threeWayPatch } from "../diff/strategic/diff.js";
import { goTypeOf } from "../diff/typed/go-types.js";
import { asValue, type KubernetesObject } from "../manifest/object.js";
import { decodeManagedFields, encodeManagedFields, entryKey, type ManagedFields } from "../manifest/smd/managed-fields.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { emitJson } from "../yaml/json.js";

/** The one write that an apply comes to. */
export type ApplyWrite =
  | { readonly kind: "create"; readonly object: KubernetesObject }
  | { readonly kind: "server-side-apply"; readonly object: KubernetesObject; readonly force: true }
  | { readonly kind: "patch"; readonly type: "strategic" | "merge"; readonly patch: ValueObject }
  | { readonly kind: "unchanged" };

/**
 * Which write applies `target`. Client-side as kubectl: create with the last-applied annotation, else the three-way patch
 * (strategic for built-in kinds); server-side with force, as Argo CD always does. Throws StrategicMergeError.
 */
export function planApply(
  target: KubernetesObject,
  live: KubernetesObject | null,
  options: { readonly serverSideApply: boolean },
): ApplyWrite {
  if (options.serverSideApply) return { kind: "server-side-apply", object: target, force: true };
  const object = withLastApplied(target);
  if (!live) return { kind: "create", object };
  const original = lastAppliedOf(live);
  const before: ValueObject = original ? asValue(original) : {};
  const type = goTypeOf(target.apiVersion, target.kind);
  const patch = type
    ? threeWayPatch(before, asValue(object), asValue(live), type)
    : threeWayJsonPatch(before, asValue(object), asValue(live));
  if (Object.keys(patch).length === 0) return { kind: "unchanged" };
  return { kind: "patch", type: type ? "strategic" : "merge", patch };
}

/** The object with the annotation in which a client-side apply notes what it applied. */
export function withLastApplied(target: KubernetesObject): KubernetesObject {
  const { [lastAppliedAnnotation]: _, ...annotations } = target.metadata.annotations ?? {};
  const plain = { ...target, metadata: { ...target.metadata, annotations } };
  const text = `${emitJson(asValue(plain))}\n`;
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: text } } };
}

/**
 * ClientSideApplyMigration: the JSON patch that hands the fields of a client-side manager (operation Update) to the
 * server-side one, so that what leaves git is deleted. Undefined where there is nothing to hand over.
 */
export function managedFieldsMigration(
  live: KubernetesObject,
  managers: { readonly from: string; readonly to: string },
): readonly ValueObject[] | undefined {
  const managed = decodeManagedFields(live.metadata.managedFields as Value | undefined);
  if (!managed) return undefined;
  const old = [...managed.values()].filter(
    (entry) => entry.manager === managers.from && entry.operation === "Update" && entry.subresource === "",
  );
  const [first] = old;
  if (!first) return undefined;
  const existing = [...managed.values()].find(
    (entry) => entry.manager === managers.to && entry.operation === "Apply" && entry.subresource === "",
  );
  const heir = existing ?? { ...first, manager: managers.to, operation: "Apply" as const };
  const fields = old.reduce((owned, entry) => owned.union(entry.fields), heir.fields);
  const next: ManagedFields = new Map([...managed].filter(([, entry]) => !old.includes(entry) && entry !== existing));
  next.set(entryKey(heir), { ...heir, fields });
  return [
    { op: "replace", path: "/metadata/managedFields", value: encodeManagedFields(next) ?? [] },
    { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion ?? "" },
  ];
}
