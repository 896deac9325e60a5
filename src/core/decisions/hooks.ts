import type { KubernetesObject } from "../manifest/object.js";

const hookAnnotation = "argocd.argoproj.io/hook";
const helmHookAnnotation = "helm.sh/hook";
const argoTypes = new Set(["PreSync", "Sync", "PostSync", "Skip", "SyncFail", "PreDelete", "PostDelete"]);
const helmTypes: ReadonlyMap<string, string> = new Map([
  ["pre-install", "PreSync"],
  ["pre-upgrade", "PreSync"],
  ["post-upgrade", "PostSync"],
  ["post-install", "PostSync"],
  ["pre-delete", "PreDelete"],
  ["post-delete", "PostDelete"],
]);

/** The phases an object is a hook of; Helm's count only where there are none of Argo CD's. */
export function hookTypes(object: KubernetesObject): readonly string[] {
  const own = annotationItems(object, hookAnnotation).filter((item) => argoTypes.has(item));
  if (own.length > 0) return own;
  return annotationItems(object, helmHookAnnotation).flatMap((item) => helmTypes.get(item) ?? []);
}

/** Whether an object is a hook; Helm's crd-install is none. */
export function isHook(object: KubernetesObject): boolean {
  const annotations = object.metadata?.annotations ?? {};
  if (Object.hasOwn(annotations, hookAnnotation)) return !isSkipped(object);
  const helm = annotations[helmHookAnnotation];
  return helm !== undefined && helm !== "crd-install";
}

/** Whether an object is never applied. */
export function isSkipped(object: KubernetesObject): boolean {
  const types = hookTypes(object);
  return types.length === 1 && types[0] === "Skip";
}

/** The sync wave, or Helm's hook weight. */
export function waveOf(object: KubernetesObject): number {
  const annotations = object.metadata?.annotations ?? {};
  return readInteger(annotations["argocd.argoproj.io/sync-wave"]) ?? readInteger(annotations["helm.sh/hook-weight"]) ?? 0;
}

/** The comma-separated items of an annotation, each once. */
export function annotationItems(object: KubernetesObject, annotation: string): readonly string[] {
  const items = (object.metadata?.annotations?.[annotation] ?? "").split(",").map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ""))];
}

function readInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}
