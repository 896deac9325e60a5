import { InputError } from "../../core/errors.js";
import { applyJsonPatch as applyOperations, readJsonPatch } from "../../core/manifest/json-patch.js";
import type { Value } from "../../core/manifest/value.js";
import { copyOf } from "../api/json.js";
import { badRequest, StatusError } from "../api/status-error.js";
import type { Draft } from "../draft.js";

/** RFC 6902. Throws 422 when an operation cannot be applied, 400 for a body that is no patch. */
export function applyJsonPatch(object: Draft, patch: unknown): Draft {
  try {
    return copyOf(applyOperations(object as Value, readJsonPatch(patch as Value))) as Draft;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (error.code === "PATCH_INVALID") throw badRequest(`error decoding patch: ${error.message}`);
    // The real server names no cause.
    throw new StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {});
  }
}
