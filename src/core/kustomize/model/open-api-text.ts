import { utf8DecodeLossy } from "../../../platform/bytes.js";
import type { Value } from "../../manifest/value.js";
import { parseJson } from "../../yaml/json.js";
import { parseYaml } from "../../yaml/parse.js";

/** The original takes a text of OpenAPI definitions that begins with a brace for JSON, any other for YAML. */
export function isJsonText(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b;
}

/** The value of such a text, of either kind; an InputError with its place where it is none. */
export function parseOpenApiText(bytes: Uint8Array, file: string): Value {
  return isJsonText(bytes)
    ? parseJson(utf8DecodeLossy(bytes), { file })
    : parseYaml(bytes, { file, dialect: "kubernetes", duplicateKeys: "last" });
}
