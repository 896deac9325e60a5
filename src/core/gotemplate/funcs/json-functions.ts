import { TemplateFailure } from "../errors.js";
import { type FunctionTable, fn } from "../function.js";
import { decodeJson } from "../json/decode.js";
import { encodeJson, encodePrettyJson } from "../json/encode.js";
import type { GoValue } from "../value/value.js";

/** sprig's JSON functions: the plain ones swallow errors, the `must` ones and toRawJson fail. */
export const jsonFunctions: FunctionTable = {
  fromJson: fn("string", (text) => orElse(() => decodeJson(text), null)),
  mustFromJson: fn("string", decodeJson),
  toJson: fn("any", (value) => orElse(() => encodeJson(value), "")),
  mustToJson: fn("any", (value) => encodeJson(value)),
  toPrettyJson: fn("any", (value) => orElse(() => encodePrettyJson(value), "")),
  mustToPrettyJson: fn("any", (value) => encodePrettyJson(value)),
  toRawJson: fn("any", (value) => encodeJson(value, { escapeHtml: false })),
  mustToRawJson: fn("any", (value) => encodeJson(value, { escapeHtml: false })),
};

/** The result, or `fallback` where the function fails. */
export function orElse(produce: () => GoValue, fallback: GoValue): GoValue {
  try {
    return produce();
  } catch (error) {
    if (error instanceof TemplateFailure) return fallback;
    throw error;
  }
}
