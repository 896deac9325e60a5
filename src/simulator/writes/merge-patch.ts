import { copyOf } from "../api/json.js";
import { type Draft, isDraft } from "../draft.js";

/** RFC 7386: null deletes, objects merge, everything else replaces. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isDraft(patch)) return copyOf(patch);
  const out: Draft = isDraft(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = applyMergePatch(out[key], value);
  }
  return out;
}
