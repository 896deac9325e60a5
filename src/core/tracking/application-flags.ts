import type { KubernetesObject } from "../manifest/object.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../manifest/value.js";

const refreshAnnotation = "argocd.argoproj.io/refresh";
const hydrateAnnotation = "argocd.argoproj.io/hydrate";
const deletionApprovedAnnotation = "argocd.argoproj.io/deletion-approved";
const cascadeFinalizer = "resources-finalizer.argocd.argoproj.io";
const cascadeFinalizers = new Set([cascadeFinalizer, `${cascadeFinalizer}/foreground`, `${cascadeFinalizer}/background`]);

export type RefreshType = "normal" | "hard";

/** The refresh that the annotation asks for; any text but `hard` is a normal one. */
export function requestedRefresh(app: KubernetesObject): RefreshType | undefined {
  return requested(app, refreshAnnotation);
}

/** The hydration that the annotation asks for. */
export function requestedHydration(app: KubernetesObject): RefreshType | undefined {
  return requested(app, hydrateAnnotation);
}

/** Whether a person approved the deletion at or after `sinceMs`. */
export function isDeletionConfirmed(app: KubernetesObject, sinceMs: number): boolean {
  const approvedMs = parseRfc3339Ms(app.metadata.annotations?.[deletionApprovedAnnotation] ?? "");
  return approvedMs !== undefined && approvedMs >= sinceMs;
}

/** The finalizer that makes the deletion of an Application delete its resources (the first one wins), "" without. */
export function cascadeFinalizerOf(app: KubernetesObject): string {
  return (app.metadata.finalizers ?? []).find((finalizer) => cascadeFinalizers.has(finalizer)) ?? "";
}

/** How the resources of a deleted Application go: undefined means they stay. */
export function propagationPolicyOf(app: KubernetesObject): "Foreground" | "Background" | undefined {
  const finalizer = cascadeFinalizerOf(app);
  if (finalizer === "") return undefined;
  return finalizer.endsWith("/background") ? "Background" : "Foreground";
}

/** Whether syncs start by themselves: `automated` is there and not `enabled: false`. */
export function isAutomated(spec: ValueObject): boolean {
  const automated = objectAt(spec, "syncPolicy").automated;
  return isObject(automated) && automated.enabled !== false;
}

/** The name an Application is tracked by: with its namespace in front outside the control plane's. */
export function instanceName(metadata: { readonly name: string; readonly namespace?: string }, controlNamespace: string): string {
  const { name, namespace = "" } = metadata;
  return namespace === "" || namespace === controlNamespace ? name : `${namespace}_${name}`;
}

/** `namespace/name`, as RBAC and the command line write it. */
export function qualifiedName(metadata: { readonly name: string; readonly namespace?: string }): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
}

/** Milliseconds since 1970 of an RFC 3339 time with its zone, or undefined. */
export function parseRfc3339Ms(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const parsed = Date.parse(text.replace(",", "."));
  return Number.isNaN(parsed) ? undefined : parsed;
}

function requested(app: KubernetesObject, annotation: string): RefreshType | undefined {
  const annotations = objectAt(app.metadata as unknown as ValueObject, "annotations");
  if (!Object.hasOwn(annotations, annotation)) return undefined;
  return stringAt(annotations, annotation) === "hard" ? "hard" : "normal";
}

/** `argocd.argoproj.io/skip-reconcile`: nobody works on the Application, neither to compare nor to sync nor to delete. Go's words for true. */
export function skipsReconcile({ metadata }: KubernetesObject): boolean {
  return ["1", "t", "T", "TRUE", "true", "True"].includes(metadata.annotations?.["argocd.argoproj.io/skip-reconcile"] ?? "");
}
