import { base64Decode, utf8Decode } from "../../platform/bytes.js";
import type { KubernetesObject } from "./object.js";
import { isObject } from "./value.js";

/** `data` decoded, then `stringData` over it (manifests that no API server has seen yet). */
export function secretData(secret: KubernetesObject): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  const data = isObject(secret["data"]) ? secret["data"] : {};
  for (const [key, value] of Object.entries(data)) {
    const bytes = typeof value === "string" ? base64Decode(value) : undefined;
    if (bytes !== undefined) fields[key] = utf8Decode(bytes) ?? "";
  }
  const plain = isObject(secret["stringData"]) ? secret["stringData"] : {};
  for (const [key, value] of Object.entries(plain)) if (typeof value === "string") fields[key] = value;
  return fields;
}
