import type { KubernetesObject } from "../manifest/object.js";
import { splitApiVersion } from "../manifest/object.js";
import { syncOptionsAnnotation } from "./annotations.js";
import type { SyncObservations } from "./operation.js";
import type { ResourcePair } from "./reconcile.js";
import { newTask, type SyncTask } from "./task.js";

export interface NamespaceMetadata {
  readonly labels?: { readonly [key: string]: string } | null;
  readonly annotations?: { readonly [key: string]: string } | null;
}

/** CreateNamespace=true: a PreSync task for the destination namespace, where it is missing or its metadata are managed. */
export function managedNamespaceTask(input: {
  readonly namespace: string;
  readonly pairs: readonly ResourcePair[];
  readonly managedNamespaceMetadata?: NamespaceMetadata | null;
  readonly observed: SyncObservations;
}): { readonly task?: SyncTask; readonly failure?: string } {
  if (input.pairs.some((pair) => isNamespaceNamed(pair.target, input.namespace))) return {};
  const metadata = input.managedNamespaceMetadata ?? undefined;
  const namespace = namespaceObject(input.namespace, metadata);
  const live = input.observed.liveNamespace ?? null;
  if (typeof live === "string") {
    return {
      task: newTask("PreSync", namespaceObject(input.namespace), null),
      failure: `namespace auto creation failed: ${live}`,
    };
  }
  if (live !== null && metadata === undefined) return {};
  return { task: newTask("PreSync", namespace, live) };
}

export function isNamespaceNamed(object: KubernetesObject | null, name: string): boolean {
  return (
    object !== null &&
    object.kind === "Namespace" &&
    splitApiVersion(object.apiVersion).group === "" &&
    object.metadata.name === name
  );
}

// Managed metadata are applied server-side, so that labels of others stay.
function namespaceObject(name: string, metadata?: NamespaceMetadata): KubernetesObject {
  if (!metadata) return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  const annotations = { ...metadata.annotations, [syncOptionsAnnotation]: "ServerSideApply=true" };
  const labels = metadata.labels ?? undefined;
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, ...(labels ? { labels } : {}), annotations } };
}
