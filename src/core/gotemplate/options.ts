import { InputError } from "../errors.js";
import type { MissingKey } from "./exec-state.js";

const missingKeys: Readonly<Record<string, MissingKey>> = {
  "missingkey=default": "default",
  "missingkey=invalid": "invalid",
  "missingkey=zero": "zero",
  "missingkey=error": "error",
};

/** Go's template options, as an ApplicationSet lists them in `goTemplateOptions`; the last one counts. */
export function parseTemplateOptions(options: readonly string[]): { readonly missingKey: MissingKey } {
  let missingKey: MissingKey = "default";
  for (const option of options) {
    const found = Object.hasOwn(missingKeys, option) ? missingKeys[option] : undefined;
    if (found === undefined) throw new InputError(`unrecognized option: ${option}`, { code: "TEMPLATE_OPTION" });
    missingKey = found;
  }
  return { missingKey };
}
