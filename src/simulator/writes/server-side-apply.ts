import { badRequest } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { type Draft, draftOf, ensure, text } from "../draft.js";
import { convertObject } from "../rules/conversion.js";
import { decodeObject } from "../rules/decode.js";
import { type Entry, storeKey } from "../store/store.js";
import { createObject } from "./create.js";
import type { WriteOptions } from "./options.js";
import { applyStrategicMerge } from "./strategic-merge.js";
import { type UpdateTarget, writeUpdate } from "./update.js";

/** Server-side apply: makes the object or merges the applied fields into it. */
export function applyServerSide(
  cluster: Cluster,
  target: UpdateTarget,
  patch: Draft,
  options: WriteOptions,
): { readonly entry: Entry; readonly created: boolean } {
  const { type, namespace, name } = target;
  if (text(patch, "apiVersion") === "" || text(patch, "kind") === "") {
    throw badRequest("invalid object type: /, Kind=");
  }
  const metadata = ensure(patch, "metadata");
  if (metadata["name"] === undefined) metadata["name"] = name;
  const current = cluster.store.get(type.storage, storeKey(type.namespaced ? namespace : "", name));
  if (!current) return { entry: createObject(cluster, type, namespace, patch, options), created: true };
  const merged = applyStrategicMerge(type, draftOf(convertObject(current.object, type)), patch);
  const draft = decodeObject(cluster, type, merged, options);
  return { entry: writeUpdate(cluster, type, current, draft, options, false), created: false };
}
