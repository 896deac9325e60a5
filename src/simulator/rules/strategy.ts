import type { KubernetesObject } from "../../core/manifest/object.js";
import { equalValues } from "../../core/manifest/value.js";
import { copyOf } from "../api/json.js";
import type { ResourceType } from "../api/resource-type.js";
import type { Cluster } from "../cluster.js";
import { type Draft, ensure, finished, part, texts } from "../draft.js";
import { fillShape } from "../schema/fill.js";
import { builtInSchemaName } from "../schema/published.js";
import { shapeOf } from "../schema/shape.js";
import { qosClassOf } from "../workloads/qos-class.js";
import { defaultObject } from "./defaults/defaults.js";

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

/** Fills a decoded object in as Go's conversion from the wire does; what is owned is measured on the result. */
export function defaultDecoded(cluster: Cluster, type: ResourceType, draft: Draft): void {
  defaultObject(type, draft);
  fillBuiltIn(cluster, type, draft);
}

/** Before a create: the status that a client sends is dropped, defaults and the first generation and state are set. */
export function prepareForCreate(cluster: Cluster, type: ResourceType, draft: Draft): void {
  // Nodes report themselves with their status.
  if (hasStatus(type) && type.storage !== "nodes.") delete draft["status"];
  if (type.custom || withGeneration.has(type.storage)) ensure(draft, "metadata")["generation"] = 1;
  defaultObject(type, draft);
  initialState(type, draft);
  // Reading back defaults once more: a Job shows its pods' labels.
  defaultObject(type, draft);
  fillBuiltIn(cluster, type, draft);
}

/** Writes what Go writes even when it is not set. */
function fillBuiltIn(cluster: Cluster, type: ResourceType, draft: Draft): void {
  const name = type.custom ? "" : builtInSchemaName(type);
  if (name !== "") fillShape(shapeOf(name), draft, cluster.minorVersion < 34);
}

function initialState(type: ResourceType, draft: Draft): void {
  const metadata = ensure(draft, "metadata");
  switch (type.storage) {
    case "namespaces.": {
      const spec = ensure(draft, "spec");
      if (!texts(spec, "finalizers").includes("kubernetes")) spec["finalizers"] = [...texts(spec, "finalizers"), "kubernetes"];
      draft["status"] = { phase: "Active" };
      return;
    }
    case "pods.":
      draft["status"] = { phase: "Pending", qosClass: qosClassOf(finished(draft)) };
      return;
    case "persistentvolumeclaims.":
      addFinalizer(metadata, "kubernetes.io/pvc-protection");
      draft["status"] = { phase: "Pending" };
      return;
    case "persistentvolumes.":
      addFinalizer(metadata, "kubernetes.io/pv-protection");
      draft["status"] = { phase: "Pending" };
      return;
    case "customresourcedefinitions.apiextensions.k8s.io":
      addFinalizer(metadata, "customresourcecleanup.apiextensions.k8s.io");
      return;
    case "jobs.batch":
      labelJob(draft, metadata);
      return;
    default:
  }
}

const templateGeneration = "deprecated.daemonset.template.generation";

/** A DaemonSet still counts the changes of its template in an annotation. */
function countTemplates(draft: Draft, old: KubernetesObject): void {
  const before = Number(old.metadata.annotations?.[templateGeneration] ?? 1);
  const isSame = equalValues(part(draft, "spec")?.["template"], (old["spec"] as Draft | undefined)?.["template"]);
  ensure(ensure(draft, "metadata"), "annotations")[templateGeneration] = String(isSame ? before : before + 1);
}

function addFinalizer(metadata: Draft, finalizer: string): void {
  if (!texts(metadata, "finalizers").includes(finalizer)) metadata["finalizers"] = [...texts(metadata, "finalizers"), finalizer];
}

/** A Job's selector and the labels of its pods carry its uid, unless it brings its own selector. */
function labelJob(draft: Draft, metadata: Draft): void {
  const spec = ensure(draft, "spec");
  if (spec["manualSelector"] === true) return;
  const template = ensure(ensure(spec, "template"), "metadata");
  const labels = ensure(template, "labels");
  labels["batch.kubernetes.io/controller-uid"] = metadata["uid"];
  labels["batch.kubernetes.io/job-name"] = metadata["name"];
  labels["controller-uid"] = metadata["uid"];
  labels["job-name"] = metadata["name"];
  spec["selector"] = { matchLabels: { "batch.kubernetes.io/controller-uid": metadata["uid"] } };
}

/** Before an update: spec and status keep to their own subresource; the generation grows with a changed spec. */
export function prepareForUpdate(
  cluster: Cluster,
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
    fillBuiltIn(cluster, type, draft);
    return;
  }
  if (hasStatus(type)) {
    if (old["status"] === undefined) delete draft["status"];
    else draft["status"] = copyOf(old["status"]);
  }
  if (type.storage === "namespaces." && subresource !== "finalize")
    ensure(draft, "spec")["finalizers"] = copyOf((old["spec"] as Draft | undefined)?.["finalizers"]);
  defaultObject(type, draft);
  fillBuiltIn(cluster, type, draft);
  if (type.storage === "daemonsets.apps") countTemplates(draft, old);
  const isCounted = type.custom !== undefined || withGeneration.has(type.storage);
  if (isCounted && changesSpec(type, draft, old)) metadata["generation"] = (old.metadata.generation ?? 0) + 1;
}

function changesSpec(type: ResourceType, draft: Draft, old: KubernetesObject): boolean {
  const keys = new Set([...Object.keys(draft), ...Object.keys(old)]);
  for (const key of ["apiVersion", "kind", "metadata"]) keys.delete(key);
  if (hasStatus(type)) keys.delete("status");
  return [...keys].some((key) => !equalValues(draft[key], old[key]));
}
