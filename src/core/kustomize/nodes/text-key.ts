import { resolvePlain } from "../../yaml/resolve.js";
import { kustomizeError, quoteGo } from "../model/errors.js";

const surelyText = /^(?!(?:true|false|null)$)[a-z][\w./-]*$/;

/**
 * The original writes a key that it makes without quotes, and cannot print the resource where that reads as something else than text; at the
 * root of the resource only a null does harm: there the original loses the field.
 */
export function requireTextKey(key: string, isRoot = false): void {
  if (surelyText.test(key)) return;
  const { tag } = resolvePlain(key, "kustomize");
  if (tag === "!!str" || (isRoot && tag !== "!!null")) return;
  throw kustomizeError(
    "KUSTOMIZE_FIELD",
    `json: unsupported type: map[interface {}]interface {}: the new key ${quoteGo(key)} reads as ${tag}`,
    { hint: "write it, in quotes, into the resource itself" },
  );
}
