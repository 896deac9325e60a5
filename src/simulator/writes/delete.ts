import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { conflict } from "../api/status-error.js";
import { timestamp } from "../clock.js";
import { type Cluster, entryOf, keyOf } from "../cluster.js";
import { count, type Draft, draftOf, ensure, finished, part, texts } from "../draft.js";
import { Entry } from "../store/store.js";

export interface DeleteOptions {
  readonly propagation: "Background" | "Foreground" | "Orphan" | undefined;
  readonly gracePeriodSeconds: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
}

export const plainDelete: DeleteOptions = {
  propagation: undefined,
  gracePeriodSeconds: undefined,
  uid: undefined,
  resourceVersion: undefined,
  dryRun: false,
};

/** `gone` is false while finalizers or a grace period keep the object; `entry` shows it then. */
export interface Deletion {
  readonly gone: boolean;
  readonly entry: Entry;
}

/** DELETE of one object. Throws 404, and 409 for a failed precondition. */
export function deleteObject(
  cluster: Cluster,
  type: ResourceType,
  namespace: string,
  name: string,
  options: DeleteOptions,
): Deletion {
  const current = entryOf(cluster, type, namespace, name);
  const old = current.object;
  checkPreconditions(type, old, options);
  const draft = draftOf(old);
  const metadata = ensure(draft, "metadata");
  settleFinalizers(metadata, options);
  const graceSeconds = graceOf(type, old, options);
  const waits = texts(metadata, "finalizers").length > 0 || graceSeconds > 0 || type.storage === "namespaces.";
  if (!waits) {
    if (options.dryRun) return { gone: true, entry: current };
    return { gone: true, entry: cluster.store.remove(type.storage, keyOf(old)) ?? current };
  }
  markDeleted(cluster, type, draft, metadata, old, graceSeconds);
  if (options.dryRun) return { gone: false, entry: new Entry(finished(draft), current.revision) };
  return { gone: false, entry: cluster.store.put(type.storage, keyOf(old), finished(draft)) };
}

function checkPreconditions(type: ResourceType, old: KubernetesObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options;
  if (uid !== undefined && uid !== old.metadata.uid) {
    throw conflict(
      // The API server names the kind here, not the resource.
      { group: type.group, plural: type.kind },
      old.metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid ?? ""}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(
      type,
      old.metadata.name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${old.metadata.resourceVersion ?? ""}`,
    );
  }
}

/** The two collector finalizers follow the propagation policy; the others stay. */
function settleFinalizers(metadata: Draft, options: DeleteOptions): void {
  if (options.propagation === undefined) return;
  const kept = texts(metadata, "finalizers").filter((finalizer) => finalizer !== "foregroundDeletion" && finalizer !== "orphan");
  if (options.propagation === "Foreground") kept.push("foregroundDeletion");
  if (options.propagation === "Orphan") kept.push("orphan");
  if (kept.length > 0) metadata["finalizers"] = kept;
  else delete metadata["finalizers"];
}

/** Only pods have a grace period; one that never ran has none. */
function graceOf(type: ResourceType, old: KubernetesObject, options: DeleteOptions): number {
  if (type.storage !== "pods.") return 0;
  const draft = old as unknown as Draft;
  const phase = part(draft, "status")?.["phase"];
  if (phase === "Succeeded" || phase === "Failed" || part(draft, "spec")?.["nodeName"] === undefined) return 0;
  const asked = options.gracePeriodSeconds ?? count(part(draft, "spec"), "terminationGracePeriodSeconds", 30);
  const before = old.metadata.deletionGracePeriodSeconds;
  return before === undefined ? asked : Math.min(before, asked);
}

function markDeleted(
  cluster: Cluster,
  type: ResourceType,
  draft: Draft,
  metadata: Draft,
  old: KubernetesObject,
  graceSeconds: number,
): void {
  if (old.metadata.deletionTimestamp === undefined) {
    metadata["deletionTimestamp"] = timestamp(cluster.clock.now() + graceSeconds * 1000);
    if (typeof metadata["generation"] === "number") metadata["generation"] += 1;
  }
  // A namespace is emptied by its controller; it carries no grace period.
  if (type.storage === "namespaces.") ensure(draft, "status")["phase"] = "Terminating";
  else metadata["deletionGracePeriodSeconds"] = graceSeconds;
}
