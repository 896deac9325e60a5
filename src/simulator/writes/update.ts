import type { KubernetesObject } from "../../core/manifest/object.js";
import { equalValues } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import { badRequest, conflict, type FieldCause, invalid, modified } from "../api/status-error.js";
import { type Cluster, entryOf } from "../cluster.js";
import { type Draft, ensure, finished, text, texts } from "../draft.js";
import { admitUpdate } from "../rules/admission.js";
import { enforcePolicies } from "../rules/admission-policies.js";
import { storageForm } from "../rules/conversion.js";
import { decodeObject } from "../rules/decode.js";
import { allowsUnconditionalUpdate, prepareForUpdate } from "../rules/strategy.js";
import { validateUpdate } from "../rules/validation.js";
import { Entry, storeKey } from "../store/store.js";
import { trackUpdate } from "./managed-fields.js";
import type { WriteOptions } from "./options.js";

export interface UpdateTarget {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
}

/** PUT: replaces an object (or, by `options.subresource`, its part). Throws 404, 409 and 422 as the API server does. */
export function updateObject(cluster: Cluster, target: UpdateTarget, body: Draft, options: WriteOptions): Entry {
  const { type, namespace, name } = target;
  const current = entryOf(cluster, type, namespace, name);
  const draft = decodeObject(cluster, type, body, options);
  const metadata = ensure(draft, "metadata");
  if (text(metadata, "name") === "") metadata["name"] = name;
  if (text(metadata, "name") !== name) {
    throw badRequest(`the name of the object (${text(metadata, "name")}) does not match the name on the URL (${name})`);
  }
  if (type.namespaced && text(metadata, "namespace") !== "" && text(metadata, "namespace") !== namespace) {
    throw badRequest(
      `the namespace of the object (${text(metadata, "namespace")}) does not match the namespace on the URL (${namespace})`,
    );
  }
  return writeUpdate(cluster, type, current, draft, options, true);
}

/**
 * The common end of PUT and PATCH: checks the version, keeps what a client may not change, validates, stores. A write that changes nothing
 * keeps the revision, as the real server does.
 */
export function writeUpdate(
  cluster: Cluster,
  requested: ResourceType,
  current: Entry,
  decoded: Draft,
  options: WriteOptions,
  isReplacement: boolean,
  tracked?: (object: KubernetesObject) => KubernetesObject,
): Entry {
  const { type, draft } = storageForm(cluster, requested, decoded);
  const old = current.object;
  const name = old.metadata.name;
  const metadata = ensure(draft, "metadata");
  checkVersion(type, old, metadata, isReplacement);
  keepSystemFields(old, metadata, type);
  prepareForUpdate(cluster, type, draft, old, options.subresource);
  admitUpdate(cluster, type, draft, old, options);
  const causes = [...newFinalizers(old, metadata), ...validateUpdate(cluster, type, draft, old, options.subresource)];
  if (causes.length > 0) throw invalid(type, name, causes);
  enforcePolicies(cluster, { type, operation: "UPDATE", object: finished(draft), oldObject: old, options });
  const object = tracked ? tracked(finished(draft)) : trackUpdate(cluster, type, old, finished(draft), options);
  const isLast =
    object.metadata.deletionTimestamp !== undefined &&
    (object.metadata.finalizers ?? []).length === 0 &&
    isGraceOver(object) &&
    !hasSpecFinalizers(object);
  if (equalValues(object, old) && !isLast) return current;
  if (options.dryRun) return new Entry(object, current.revision);
  const key = storeKey(object.metadata.namespace ?? "", name);
  // The last finalizer is gone: the object goes with it.
  if (isLast) return cluster.store.remove(type.storage, key, object) ?? current;
  return cluster.store.put(type.storage, key, object);
}

/** The API server: what is being deleted takes no more finalizers; it says so twice. */
function newFinalizers(old: KubernetesObject, metadata: Draft): readonly FieldCause[] {
  if (old.metadata.deletionTimestamp === undefined) return [];
  const added = texts(metadata, "finalizers").filter((finalizer) => !old.metadata.finalizers?.includes(finalizer));
  if (added.length === 0) return [];
  const found = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(", ")}}`;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${found}`;
  const cause = { reason: "FieldValueForbidden", message, field: "metadata.finalizers" };
  return [cause, cause];
}

function isGraceOver(object: KubernetesObject): boolean {
  return (object.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function hasSpecFinalizers(object: KubernetesObject): boolean {
  if (object.kind !== "Namespace") return false;
  const spec = object["spec"] as { finalizers?: readonly string[] } | undefined;
  return (spec?.finalizers ?? []).length > 0;
}

function checkVersion(type: ResourceType, old: KubernetesObject, metadata: Draft, isReplacement: boolean): void {
  const given = text(metadata, "resourceVersion");
  const name = old.metadata.name;
  if (given === "" || given === "0") {
    if (isReplacement && !allowsUnconditionalUpdate(type)) {
      // The API server: of a custom kind the resource is named, of a built-in one the kind.
      throw invalid(type.custom ? { group: type.group, kind: type.plural } : type, name, [
        {
          reason: "FieldValueInvalid",
          message: "Invalid value: 0: must be specified for an update",
          field: "metadata.resourceVersion",
        },
      ]);
    }
  } else if (given !== old.metadata.resourceVersion) throw modified(type, name);
  const uid = text(metadata, "uid");
  if (uid !== "" && uid !== old.metadata.uid) {
    throw conflict(type, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ""}`);
  }
}

function keepSystemFields(old: KubernetesObject, metadata: Draft, type: ResourceType): void {
  metadata["name"] = old.metadata.name;
  if (type.namespaced) metadata["namespace"] = old.metadata.namespace;
  else delete metadata["namespace"];
  delete metadata["selfLink"];
  for (const key of [
    "uid",
    "creationTimestamp",
    "resourceVersion",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "generateName",
  ] as const) {
    if (old.metadata[key] === undefined) delete metadata[key];
    else metadata[key] = old.metadata[key];
  }
}
