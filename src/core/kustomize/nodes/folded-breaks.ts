import type { Value } from "../../manifest/value.js";
import { kustomizeError } from "../model/errors.js";

/**
 * The original prints JSON by reading it as YAML. A next-line character (U+0085) is a line break there and is folded; other
 * control characters are refused.
 */
export function withFoldedBreaks(value: Value): Value {
  if (typeof value === "string") return unusual.test(value) ? folded(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = (value as readonly Value[]).map(withFoldedBreaks);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const map = value as { readonly [key: string]: Value };
  let result: { [key: string]: Value } | undefined;
  for (const key in map) {
    const name = unusual.test(key) ? folded(key) : key;
    const child = withFoldedBreaks(map[key]!);
    if (child === map[key] && name === key) continue;
    result ??= { ...map };
    if (name !== key) delete result[key];
    result[name] = child;
  }
  return result ?? map;
}

const unusual = /[\x7f-\x9f\ufffe\uffff]/;

function folded(text: string): string {
  if (/[\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(text))
    throw kustomizeError("KUSTOMIZE_RESOURCE", "yaml: control characters are not allowed");
  return text.replace(/ *\u0085(?: *\u0085)* */g, (breaks) => {
    const count = breaks.split("\u0085").length - 1;
    return count === 1 ? " " : "\n".repeat(count - 1);
  });
}
