import { unsupportedMediaType } from "../api/status-error.js";
import type { Draft } from "../draft.js";
import { applyJsonPatch } from "./json-patch.js";
import { applyMergePatch } from "./merge-patch.js";

/** A patched Scale. It has no lists, so strategic merge and apply act as a merge patch. */
export function applyPatchToScale(scale: Draft, contentType: string, patch: unknown): Draft {
  if (contentType === "application/json-patch+json") return applyJsonPatch(scale, patch);
  if (/^application\/(merge-patch\+json|strategic-merge-patch\+json|apply-patch\+yaml)$/.test(contentType)) {
    return applyMergePatch(scale, patch) as Draft;
  }
  throw unsupportedMediaType(
    contentType,
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  );
}
