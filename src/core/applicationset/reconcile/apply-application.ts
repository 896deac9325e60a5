import type { KubernetesObject, OwnerReference } from "../../manifest/object.js";
import { equalValues, type Value, type ValueObject } from "../../manifest/value.js";
import type { GeneratedApplication } from "../generate.js";
import type { ApplicationSet } from "../model/application-set.js";
import { decode } from "../model/decode.js";
import { structType } from "../model/go-type.js";
import { ignoreRules } from "./ignore-differences.js";
import { applyMergePatch, createMergePatch } from "./merge-patch.js";
import { normalizeSpec } from "./normalize-spec.js";
import { withController } from "./ownership.js";
import { refusalOf } from "./refusal.js";
import type { ApplicationUpdate, ReconcileSettings } from "./types.js";

/** An Application that is wanted; `operation` asks the application controller for a sync. */
export type Desired = Pick<GeneratedApplication, "metadata" | "spec" | "operation">;

export type Write =
  | { readonly kind: "create"; readonly object: KubernetesObject }
  | { readonly kind: "update"; readonly update: ApplicationUpdate }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly message: string };

/** Argo CD never takes its own of these off, whoever set them; the others are the Application controller's memory. */
const alwaysPreservedAnnotations = [
  "fleetwright.dev/drift",
  "fleetwright.dev/hook-intents",
  "fleetwright.dev/notifying",
  "notified.notifications.argoproj.io",
  "argocd.argoproj.io/refresh",
  "argocd.argoproj.io/hydrate",
];
const preservedFinalizers = ["pre-delete-finalizer.argocd.argoproj.io", "post-delete-finalizer.argocd.argoproj.io"];

/** What has to be written so that the live Application (or none) becomes the desired one. */
export function planWrite(
  desired: Desired,
  live: KubernetesObject | undefined,
  set: ApplicationSet,
  settings: ReconcileSettings,
): Write {
  try {
    return live ? planUpdate(desired, live, set, settings) : planCreate(desired, set);
  } catch (error) {
    return { kind: "refused", message: (error as Error).message };
  }
}

function planCreate(desired: Desired, set: ApplicationSet): Write {
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { ...desired.metadata, ownerReferences: withController(set, [], desired.metadata.name ?? "") },
    spec: normalizeSpec(desired.spec),
    ...(desired.operation ? { operation: desired.operation } : {}),
  } as unknown as KubernetesObject;
  const refusal = refusalOf(object as never);
  return refusal === undefined ? { kind: "create", object } : { kind: "refused", message: refusal };
}

function planUpdate(desired: Desired, live: KubernetesObject, set: ApplicationSet, settings: ReconcileSettings): Write {
  const remove = ignoreRules(set.spec.ignoreApplicationDifferences ?? [])(live.metadata.name);
  const before = remove(comparable(live, normalizeSpec(decodedSpec(live))));
  const wanted = remove({
    ...comparable(live, normalizeSpec(desired.spec)),
    metadata: desiredMetadata(desired, live, set, settings) as Value,
    ...(desired.operation ? { operation: desired.operation } : {}),
  });
  // Argo CD: a jq expression may not touch the operation.
  const after = desired.operation ? { ...wanted, operation: desired.operation as Value } : wanted;
  const patch = createMergePatch(before, after);
  if (!patch) return { kind: "unchanged" };
  const result = applyMergePatch(live as unknown as ValueObject, patch) as unknown as KubernetesObject;
  const refusal = refusalOf(result as never);
  return refusal === undefined
    ? { kind: "update", update: { name: live.metadata.name, patch, result } }
    : { kind: "refused", message: refusal };
}

/** Whether writing the desired spec would change the live one. */
export function isSpecChanged(desired: ValueObject, live: KubernetesObject, set: ApplicationSet): boolean {
  const remove = ignoreRules(set.spec.ignoreApplicationDifferences ?? [])(live.metadata.name);
  const before = remove(comparable(live, normalizeSpec(decodedSpec(live))));
  const after = remove(comparable(live, normalizeSpec(desired)));
  return !equalValues(before["spec"], after["spec"]);
}

function decodedSpec(live: KubernetesObject): ValueObject {
  return decode(structType("ApplicationSpec"), live["spec"] as Value, "spec") as ValueObject;
}

function comparable(live: KubernetesObject, spec: ValueObject): ValueObject {
  return { ...(live as unknown as ValueObject), spec };
}

function desiredMetadata(
  desired: Desired,
  live: KubernetesObject,
  set: ApplicationSet,
  settings: ReconcileSettings,
): ValueObject {
  const { preservedFields } = set.spec;
  const annotations = preserve(desired.metadata.annotations, live.metadata.annotations, [
    ...(preservedFields?.annotations ?? []),
    ...settings.preservedAnnotations,
    ...alwaysPreservedAnnotations,
  ]);
  const labels = preserve(desired.metadata.labels, live.metadata.labels, [
    ...(preservedFields?.labels ?? []),
    ...settings.preservedLabels,
  ]);
  const kept = preservedFinalizers.flatMap((prefix) =>
    (live.metadata.finalizers ?? []).filter((finalizer) => finalizer.startsWith(prefix)),
  );
  const finalizers = [...(desired.metadata.finalizers ?? []), ...kept];
  const { annotations: _, labels: __, finalizers: ___, ownerReferences, ...rest } = live.metadata;
  return {
    ...(rest as unknown as ValueObject),
    ...(annotations ? { annotations } : {}),
    ...(labels ? { labels } : {}),
    ...(finalizers.length > 0 ? { finalizers } : {}),
    ownerReferences: withController(
      set,
      (ownerReferences ?? []) as readonly OwnerReference[],
      live.metadata.name,
    ) as unknown as Value,
  };
}

function preserve(
  desired: Readonly<Record<string, string>> | undefined,
  live: Readonly<Record<string, string>> | undefined,
  keys: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const kept = keys.filter((key) => live && Object.hasOwn(live, key)).map((key) => [key, live![key]!] as const);
  const made = { ...desired, ...Object.fromEntries(kept) };
  return Object.keys(made).length > 0 ? made : undefined;
}
