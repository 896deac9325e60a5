import type { KubernetesObject, ObjectMeta } from "../manifest/object.js";

export const syncOptionsAnnotation = "argocd.argoproj.io/sync-options";
export const syncWaveAnnotation = "argocd.argoproj.io/sync-wave";
export const hookAnnotation = "argocd.argoproj.io/hook";
export const hookDeletePolicyAnnotation = "argocd.argoproj.io/hook-delete-policy";
export const deletionApprovedAnnotation = "argocd.argoproj.io/deletion-approved";
export const helmHookAnnotation = "helm.sh/hook";
export const helmHookWeightAnnotation = "helm.sh/hook-weight";
export const helmHookDeletePolicyAnnotation = "helm.sh/hook-delete-policy";

/** The annotation's value, or undefined where it is absent or no string. */
export function annotationOf(object: KubernetesObject, key: string): string | undefined {
  // An ignored field may be `metadata` as a whole.
  const annotations = (object.metadata as ObjectMeta | undefined)?.annotations;
  if (!annotations || !Object.hasOwn(annotations, key)) return undefined;
  const value: unknown = annotations[key];
  return typeof value === "string" ? value : undefined;
}

/** The comma-separated items of an annotation, trimmed, without blanks and repetitions. */
export function annotationItems(object: KubernetesObject, key: string): readonly string[] {
  const text = annotationOf(object, key);
  if (!text) return [];
  const items = text.split(",").map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ""))];
}

/** Whether `argocd.argoproj.io/sync-options` holds exactly `option` (e.g. `Replace=true`). */
export function hasSyncOption(object: KubernetesObject | null | undefined, option: string): boolean {
  return object ? annotationItems(object, syncOptionsAnnotation).includes(option) : false;
}

/** The value of the first `name=value` in `argocd.argoproj.io/sync-options`. */
export function syncOptionValue(object: KubernetesObject | null | undefined, name: string): string | undefined {
  if (!object) return undefined;
  const prefix = `${name}=`;
  return annotationItems(object, syncOptionsAnnotation)
    .find((item) => item.startsWith(prefix))
    ?.slice(prefix.length);
}
