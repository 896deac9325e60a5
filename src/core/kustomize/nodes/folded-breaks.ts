import { kustomizeError } from "../model/errors.js";

const unusual = /[\x7f-\x9f\ufffe\uffff]/;

/**
 * The original prints JSON by reading it as YAML. A next-line character (U+0085) is a line break there and is folded; other
 * control characters are refused.
 */
export function foldedBreaks(text: string): string {
  if (!unusual.test(text)) return text;
  if (/[\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(text))
    throw kustomizeError("KUSTOMIZE_RESOURCE", "yaml: control characters are not allowed");
  return text.replace(/ *\u0085(?: *\u0085)* */g, (breaks) => {
    const count = breaks.split("\u0085").length - 1;
    return count === 1 ? " " : "\n".repeat(count - 1);
  });
}
