import { applyMergePatch as merge } from "../../core/manifest/merge-patch.js";
import type { Value } from "../../core/manifest/value.js";
import { copyOf } from "../api/json.js";

/** RFC 7386: null deletes, objects merge, everything else replaces. The result is a private copy. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  return copyOf(merge(target as Value, patch as Value));
}
