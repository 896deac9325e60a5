import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { alreadyExists, badRequest, forbidden, invalid, notFound, StatusError } from "../api/status-error.js";
import { type Cluster, now } from "../cluster.js";
import { type Draft, ensure, finished, part, text } from "../draft.js";
import { admitCreate } from "../rules/admission.js";
import { enforcePolicies } from "../rules/admission-policies.js";
import { storageForm } from "../rules/conversion.js";
import { decodeObject } from "../rules/decode.js";
import { defaultDecoded, prepareForCreate } from "../rules/strategy.js";
import { validateCreate } from "../rules/validation.js";
import { Entry, storeKey } from "../store/store.js";
import { trackUpdate } from "./managed-fields.js";
import type { WriteOptions } from "./options.js";

/** POST: makes an object. Throws 400, 403, 404 (namespace), 409 and 422 as the API server does. */
export function createObject(
  cluster: Cluster,
  requested: ResourceType,
  namespace: string,
  body: Draft,
  options: WriteOptions,
  tracked?: (object: KubernetesObject) => KubernetesObject,
): Entry {
  const { type, draft } = storageForm(cluster, requested, decodeObject(cluster, requested, body, options));
  const metadata = ensure(draft, "metadata");
  settleName(cluster, type, metadata);
  settleNamespace(type, namespace, metadata);
  checkNamespace(cluster, type, namespace, text(metadata, "name"));
  if (text(metadata, "resourceVersion") !== "") throw badRequest("resourceVersion should not be set on objects to be created");
  metadata["uid"] = cluster.ids.uid();
  metadata["creationTimestamp"] = now(cluster);
  for (const key of ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"])
    delete metadata[key];
  defaultDecoded(cluster, type, draft);
  const owned = trackOwners(cluster, type, draft, options, tracked);
  prepareForCreate(cluster, type, draft);
  admitCreate(cluster, type, draft, options);
  const causes = validateCreate(cluster, type, draft);
  if (causes.length > 0) throw invalid(type, text(metadata, "name"), causes);
  enforcePolicies(cluster, { type, operation: "CREATE", object: finished(draft), oldObject: undefined, options });
  const key = storeKey(text(metadata, "namespace"), text(metadata, "name"));
  if (cluster.store.get(type.storage, key)) throw alreadyExists(type, text(metadata, "name"));
  if (owned) metadata["managedFields"] = owned;
  else delete metadata["managedFields"];
  const object = finished(draft);
  if (options.dryRun) return new Entry(object, cluster.store.revision);
  return cluster.store.put(type.storage, key, object);
}

/** The client owns what it sent and what decoding defaulted, not what strategy and admission add. */
function trackOwners(
  cluster: Cluster,
  type: ResourceType,
  draft: Draft,
  options: WriteOptions,
  tracked: ((object: KubernetesObject) => KubernetesObject) | undefined,
): KubernetesObject["metadata"]["managedFields"] {
  const object = finished(draft);
  return (tracked ? tracked(object) : trackUpdate(cluster, type, undefined, object, options)).metadata.managedFields;
}

function settleName(cluster: Cluster, type: ResourceType, metadata: Draft): void {
  if (text(metadata, "name") !== "") return;
  const base = text(metadata, "generateName");
  if (base === "") {
    throw invalid(type, "", [
      { reason: "FieldValueRequired", message: "Required value: name or generateName is required", field: "metadata.name" },
    ]);
  }
  metadata["name"] = base.slice(0, 58) + cluster.ids.suffix();
}

function settleNamespace(type: ResourceType, namespace: string, metadata: Draft): void {
  if (!type.namespaced) {
    delete metadata["namespace"];
    return;
  }
  const given = text(metadata, "namespace");
  if (given !== "" && given !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata["namespace"] = namespace;
}

function checkNamespace(cluster: Cluster, type: ResourceType, namespace: string, name: string): void {
  if (!type.namespaced) return;
  const found = cluster.store.get("namespaces.", storeKey("", namespace));
  if (!found) throw notFound({ group: "", plural: "namespaces" }, namespace);
  if (isTerminating(found.object)) {
    const refusal = forbidden(
      type,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    throw new StatusError(403, "Forbidden", refusal.message, {
      ...refusal.details,
      causes: [
        { reason: "NamespaceTerminating", message: `namespace ${namespace} is being terminated`, field: "metadata.namespace" },
      ],
    });
  }
}

function isTerminating(namespace: KubernetesObject): boolean {
  return (
    namespace.metadata.deletionTimestamp !== undefined ||
    text(part(namespace as unknown as Draft, "status"), "phase") === "Terminating"
  );
}
