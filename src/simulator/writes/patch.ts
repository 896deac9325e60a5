import type { ResourceType } from "../api/resource-type.js";
import { badRequest, notFound, unsupportedMediaType } from "../api/status-error.js";
import { type Cluster, entryOf } from "../cluster.js";
import { type Draft, draftOf, ensure, isDraft, text } from "../draft.js";
import { convertObject } from "../rules/conversion.js";
import { decodeObject } from "../rules/decode.js";
import { type Entry, storeKey } from "../store/store.js";
import { applyJsonPatch } from "./json-patch.js";
import { applyMergePatch } from "./merge-patch.js";
import type { WriteOptions } from "./options.js";
import { applyServerSide } from "./server-side-apply.js";
import { applyStrategicMerge } from "./strategic-merge.js";
import { type UpdateTarget, writeUpdate } from "./update.js";

export const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** PATCH in its four forms. `created` tells whether a server-side apply made the object. */
export function patchObject(
  cluster: Cluster,
  target: UpdateTarget,
  contentType: string,
  patch: unknown,
  options: WriteOptions,
): { readonly entry: Entry; readonly created: boolean } {
  const { type, namespace, name } = target;
  if (contentType === patchTypes.apply) return applyServerSide(cluster, target, asObjectPatch(patch), options);
  const current = entryOf(cluster, type, namespace, name);
  const served = draftOf(convertObject(current.object, type));
  const patched = patchedDraft(type, served, contentType, patch);
  checkIdentity(type, name, namespace, patched);
  const draft = decodeObject(cluster, type, patched, options);
  return { entry: writeUpdate(cluster, type, current, draft, options, false), created: false };
}

function patchedDraft(type: ResourceType, served: Draft, contentType: string, patch: unknown): Draft {
  switch (contentType) {
    case patchTypes.json:
      return applyJsonPatch(served, patch);
    case patchTypes.merge:
      return applyMergePatch(served, asObjectPatch(patch)) as Draft;
    case patchTypes.strategic:
      // Custom resources have no patch strategies.
      if (type.custom) throw unsupportedMediaType(contentType, [patchTypes.json, patchTypes.merge, patchTypes.apply].join(", "));
      return applyStrategicMerge(type, served, asObjectPatch(patch));
    default:
      throw unsupportedMediaType(contentType, Object.values(patchTypes).join(", "));
  }
}

function asObjectPatch(patch: unknown): Draft {
  if (!isDraft(patch)) throw badRequest("error decoding patch: the patch is no object");
  return patch;
}

function checkIdentity(type: ResourceType, name: string, namespace: string, patched: Draft): void {
  const metadata = ensure(patched, "metadata");
  if (text(metadata, "name") !== name) {
    throw badRequest(`the name of the object (${text(metadata, "name")}) does not match the name on the URL (${name})`);
  }
  if (type.namespaced && text(metadata, "namespace") !== namespace) {
    throw badRequest(
      `the namespace of the object (${text(metadata, "namespace")}) does not match the namespace on the URL (${namespace})`,
    );
  }
}

/** The entry, or undefined where a write may still create it. */
export function existing(cluster: Cluster, target: UpdateTarget): Entry | undefined {
  const { type, namespace, name } = target;
  return cluster.store.get(type.storage, storeKey(type.namespaced ? namespace : "", name));
}

export { notFound };
