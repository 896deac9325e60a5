import type { KubernetesObject } from "../../core/manifest/object.js";
import { copyOf, sameValue } from "../api/json.js";
import type { ResourceType } from "../api/resource-type.js";
import type { Cluster } from "../cluster.js";
import { type Draft, ensure } from "../draft.js";

/** Built-in resources whose generation counts changes of their spec. */
const withGeneration = new Set([
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "replicationcontrollers.",
  "podtemplates.",
  "jobs.batch",
  "cronjobs.batch",
  "ingresses.networking.k8s.io",
  "ingressclasses.networking.k8s.io",
  "networkpolicies.networking.k8s.io",
  "poddisruptionbudgets.policy",
  "customresourcedefinitions.apiextensions.k8s.io",
  "priorityclasses.scheduling.k8s.io",
  "endpointslices.discovery.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io",
]);

const needsVersionToUpdate = new Set([
  "customresourcedefinitions.apiextensions.k8s.io",
  "poddisruptionbudgets.policy",
  "leases.coordination.k8s.io",
  "apiservices.apiregistration.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
]);

/** Whether PUT without a resourceVersion overwrites. */
export function allowsUnconditionalUpdate(type: ResourceType): boolean {
  return type.custom === undefined && !needsVersionToUpdate.has(type.storage);
}

export function hasStatus(type: ResourceType): boolean {
  return type.subresources.includes("status");
}

/** Before a create: the status that a client sends is dropped, the first generation set. */
export function prepareForCreate(_cluster: Cluster, type: ResourceType, draft: Draft): void {
  // Nodes report themselves with their status.
  if (hasStatus(type) && type.storage !== "nodes.") delete draft["status"];
  if (type.custom || withGeneration.has(type.storage)) ensure(draft, "metadata")["generation"] = 1;
  initialState(type, draft);
}

function initialState(type: ResourceType, draft: Draft): void {
  if (type.storage === "namespaces.") {
    const spec = ensure(draft, "spec");
    const finalizers = Array.isArray(spec["finalizers"]) ? spec["finalizers"] : [];
    if (!finalizers.includes("kubernetes")) spec["finalizers"] = [...finalizers, "kubernetes"];
    draft["status"] = { phase: "Active" };
  }
}

/** Before an update: spec and status keep to their own subresource; the generation grows with a changed spec. */
export function prepareForUpdate(
  _cluster: Cluster,
  type: ResourceType,
  draft: Draft,
  old: KubernetesObject,
  subresource: string,
): void {
  const metadata = ensure(draft, "metadata");
  if (subresource === "status") {
    const { status } = draft;
    const oldMetadata = copyOf(old.metadata) as unknown as Draft;
    const keptKeys = type.custom ? ["managedFields"] : ["managedFields", "annotations", "finalizers"];
    for (const key of keptKeys) {
      if (metadata[key] === undefined) delete oldMetadata[key];
      else oldMetadata[key] = metadata[key];
    }
    for (const key of Object.keys(draft)) delete draft[key];
    Object.assign(draft, copyOf(old), { metadata: oldMetadata });
    if (status === undefined) delete draft["status"];
    else draft["status"] = status;
    return;
  }
  if (hasStatus(type)) {
    if (old["status"] === undefined) delete draft["status"];
    else draft["status"] = copyOf(old["status"]);
  }
  if (type.storage === "namespaces." && subresource !== "finalize")
    ensure(draft, "spec")["finalizers"] = copyOf((old["spec"] as Draft | undefined)?.["finalizers"]);
  const isCounted = type.custom !== undefined || withGeneration.has(type.storage);
  if (isCounted && changesSpec(type, draft, old)) metadata["generation"] = (old.metadata.generation ?? 0) + 1;
}

function changesSpec(type: ResourceType, draft: Draft, old: KubernetesObject): boolean {
  const keys = new Set([...Object.keys(draft), ...Object.keys(old)]);
  for (const key of ["apiVersion", "kind", "metadata"]) keys.delete(key);
  if (hasStatus(type)) keys.delete("status");
  return [...keys].some((key) => !sameValue(draft[key], old[key]));
}
