import type { InputError } from "../../errors.js";
import { kustomizeError } from "./errors.js";

/** Resources of one accumulation: bases that double at each level reach it before they fill the memory. */
export const maxResources = 50_000;
/** Bases within bases. */
export const maxBaseDepth = 256;
/** Values that the copies of one patch or of one kustomization's replacements may be made of. */
export const maxCopiedValues = 2_000_000;

/** The build would grow beyond what a kustomization means. */
export function tooLarge(what: string): InputError {
  return kustomizeError("KUSTOMIZE_TOO_LARGE", what, { hint: "look for bases or copies that multiply" });
}

/** How many values a value is made of, itself included; stops counting beyond `limit`. */
export function countValues(value: unknown, limit: number): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const child of Object.values(value)) {
    if (count > limit) return count;
    count += countValues(child, limit - count);
  }
  return count;
}
