import { flawsOf, type KeyWithoutText, noteFlaw } from "../../yaml/flawed-maps.js";
import { resolvePlain } from "../../yaml/resolve.js";
import { quoteGo } from "../model/errors.js";
import { surelyText } from "./resolve.js";

/**
 * The original writes a key that it makes without quotes, and cannot print the resource where that reads as something else than text; at the
 * root of the resource only a null does harm: there the original loses the field.
 */
export function madeKeyFlaw(key: string, isRoot = false): KeyWithoutText | undefined {
  if (surelyText.test(key)) return undefined;
  const { tag } = resolvePlain(key, "kustomize");
  if (tag === "!!str" || (isRoot && tag !== "!!null")) return undefined;
  return {
    kind: "noText",
    key,
    problem: `json: unsupported type: map[interface {}]interface {}: the new key ${quoteGo(key)} reads as ${tag}`,
    location: { file: "" },
    hint: "the original writes keys that it makes, and all annotations, without quotes: take a key that reads as text",
  };
}

/** Notes in a map which of the keys that were made in it are no text; whoever prints it fails then. */
export function noteMadeKeys(map: object, keys: readonly string[]): void {
  for (const key of keys) {
    const flaw = madeKeyFlaw(key);
    if (flaw !== undefined && !flawsOf(map).some((other) => other.key === key)) noteFlaw(map, flaw);
  }
}
