import type { KubernetesObject } from "../manifest/object.js";
import {
  annotationItems,
  annotationOf,
  helmHookAnnotation,
  helmHookDeletePolicyAnnotation,
  hookAnnotation,
  hookDeletePolicyAnnotation,
} from "./annotations.js";

export type SyncPhase = "PreSync" | "Sync" | "PostSync" | "SyncFail";
export type HookType = SyncPhase | "Skip";
export type HookDeletePolicy = "HookSucceeded" | "HookFailed" | "BeforeHookCreation";
export type DeleteHookType = "PreDelete" | "PostDelete";

/** Set on every hook, so that it stays until its phase has been judged. */
export const hookFinalizer = "argocd.argoproj.io/hook-finalizer";

const hookTypesByName = new Map<string, HookType>(
  (["PreSync", "Sync", "PostSync", "SyncFail", "Skip"] as const).map((type) => [type, type]),
);
const hookTypesByHelmName = new Map<string, HookType>([
  ["pre-install", "PreSync"],
  ["pre-upgrade", "PreSync"],
  ["post-upgrade", "PostSync"],
  ["post-install", "PostSync"],
]);
const policiesByName = new Map<string, HookDeletePolicy>(
  (["HookSucceeded", "HookFailed", "BeforeHookCreation"] as const).map((policy) => [policy, policy]),
);
const policiesByHelmName = new Map<string, HookDeletePolicy>([
  ["before-hook-creation", "BeforeHookCreation"],
  ["hook-succeeded", "HookSucceeded"],
  ["hook-failed", "HookFailed"],
]);

/** The object's hook types; Helm's are looked at only where no Argo CD type is given. */
export function hookTypes(object: KubernetesObject): readonly HookType[] {
  const own = known(annotationItems(object, hookAnnotation), hookTypesByName);
  return own.length > 0 ? own : known(annotationItems(object, helmHookAnnotation), hookTypesByHelmName);
}

/** Argo CD: the annotation alone makes a hook, unless its only type is Skip; Helm's `crd-install` is none. */
export function isHook(object: KubernetesObject): boolean {
  if (annotationOf(object, hookAnnotation) !== undefined) return !isSkipped(object);
  const helm = annotationOf(object, helmHookAnnotation);
  return helm !== undefined && helm !== "crd-install";
}

/** `argocd.argoproj.io/hook: Skip`: never applied. */
export function isSkipped(object: KubernetesObject): boolean {
  const types = hookTypes(object);
  return types.length === 1 && types[0] === "Skip";
}

/** A hook without any type that is known here: left out of the sync. */
export function isIgnored(object: KubernetesObject): boolean {
  return isHook(object) && hookTypes(object).length === 0;
}

/** The phases in which the object is applied: none (Skip), one, or several (a hook of several types). */
export function syncPhases(object: KubernetesObject): readonly SyncPhase[] {
  if (isSkipped(object)) return [];
  if (!isHook(object)) return ["Sync"];
  return [...new Set(hookTypes(object).filter((type): type is SyncPhase => type !== "Skip"))];
}

/** Argo CD: a hook without a policy that is known is deleted before it is created anew. */
export function hookDeletePolicies(object: KubernetesObject): readonly HookDeletePolicy[] {
  const policies = [
    ...known(annotationItems(object, hookDeletePolicyAnnotation), policiesByName),
    ...known(annotationItems(object, helmHookDeletePolicyAnnotation), policiesByHelmName),
  ];
  return policies.length > 0 ? policies : ["BeforeHookCreation"];
}

/** Whether the object is run before or after the Application's deletion rather than in a sync. */
export function isDeleteHook(object: KubernetesObject, type: DeleteHookType): boolean {
  const helmName = type === "PreDelete" ? "pre-delete" : "post-delete";
  return annotationItems(object, hookAnnotation).includes(type) || annotationItems(object, helmHookAnnotation).includes(helmName);
}

export function hasHookFinalizer(object: KubernetesObject): boolean {
  return object.metadata.finalizers?.includes(hookFinalizer) ?? false;
}

export function withHookFinalizer(object: KubernetesObject): KubernetesObject {
  if (hasHookFinalizer(object)) return object;
  const finalizers = [...(object.metadata.finalizers ?? []), hookFinalizer];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

export function withoutHookFinalizer(object: KubernetesObject): KubernetesObject {
  const finalizers = [...(object.metadata.finalizers ?? [])];
  const index = finalizers.indexOf(hookFinalizer);
  if (index < 0) return object;
  finalizers.splice(index, 1);
  const { finalizers: _, ...rest } = object.metadata;
  return { ...object, metadata: finalizers.length > 0 ? { ...rest, finalizers } : rest };
}

function known<T>(names: readonly string[], table: ReadonlyMap<string, T>): readonly T[] {
  return names.flatMap((name) => table.get(name) ?? []);
}
