import { utf8DecodeLossy, utf8Encode } from "../../../platform/bytes.js";
import { parseJson } from "../../yaml/json.js";
import { parseYaml } from "../../yaml/parse.js";
import { decodePatch, type PatchOperation } from "../filters/json-patch.js";
import { kustomizeError } from "../model/errors.js";

/** The operations of a JSON patch written as JSON or YAML. */
export function readOperations(text: string | Uint8Array): readonly PatchOperation[] {
  const content = typeof text === "string" ? text : utf8DecodeLossy(text);
  if (content === "") throw kustomizeError("KUSTOMIZE_PATCH", "empty json patch operations");
  if (content.startsWith("[")) return decodePatch(parseJson(content));
  return decodePatch(
    parseYaml(typeof text === "string" ? utf8Encode(text) : text, { dialect: "kubernetes", duplicateKeys: "last" }),
  );
}
