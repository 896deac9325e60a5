import { formatResourceKey, type KubernetesObject, resourceKeyOf, splitApiVersion } from "../core/manifest/object.js";
import { setTracking, type TrackingSettings } from "../core/tracking/track.js";
import type { Condition } from "./conditions.js";

export interface TargetOptions {
  /** The Application's tracking name. */
  readonly instance: string;
  readonly namespace: string;
  readonly tracking: TrackingSettings;
  readonly isNamespaced: (group: string, kind: string) => boolean | undefined;
  readonly isExcluded: (group: string, kind: string) => boolean;
}

export interface Targets {
  readonly objects: readonly KubernetesObject[];
  readonly conditions: readonly Condition[];
}

/**
 * Rendered manifests as they are wanted in the cluster: with the Application's tracking mark and namespace, each key once (of several the
 * last, with a warning), without kinds that are excluded (Argo CD).
 */
export function targetsOf(manifests: readonly KubernetesObject[], options: TargetOptions): Targets {
  const conditions: Condition[] = [];
  const byKey = new Map<string, KubernetesObject[]>();
  for (const [index, manifest] of manifests.entries()) {
    const { group } = splitApiVersion(manifest.apiVersion ?? "");
    if (options.isExcluded(group, manifest.kind)) {
      const name = manifest.metadata?.name ?? "";
      conditions.push({
        type: "ExcludedResourceWarning",
        message: `Resource ${group === "" ? "" : `${group}/`}${manifest.kind} ${name} is excluded in the settings`,
      });
      continue;
    }
    const target = placed(tracked(manifest, group, options), group, options);
    const key = resourceKeyOf(target);
    const name = key.name || `${target.metadata["generateName" as never] ?? ""}${index}`;
    const id = formatResourceKey({ ...key, name });
    const same = byKey.get(id);
    if (same) same.push(target);
    else byKey.set(id, [target]);
  }
  const objects: KubernetesObject[] = [];
  for (const [id, same] of byKey) {
    if (same.length > 1) conditions.push({ type: "RepeatedResourceWarning", message: `Resource ${id} appeared ${same.length} times among application resources.` });
    objects.push(same[same.length - 1]!);
  }
  return { objects, conditions };
}

// Argo CD: definitions are shared between applications, so they carry no tracking mark.
function tracked(manifest: KubernetesObject, group: string, options: TargetOptions): KubernetesObject {
  if (group === "apiextensions.k8s.io" && manifest.kind === "CustomResourceDefinition") return manifest;
  return setTracking(manifest, { app: options.instance, destinationNamespace: options.namespace }, options.tracking);
}

function placed(manifest: KubernetesObject, group: string, options: TargetOptions): KubernetesObject {
  const namespaced = options.isNamespaced(group, manifest.kind) ?? true;
  const { namespace, ...metadata } = manifest.metadata;
  if (!namespaced) return namespace === undefined ? manifest : { ...manifest, metadata };
  if (namespace || options.namespace === "") return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace: options.namespace } };
}
