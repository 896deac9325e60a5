import type { SecretArgs } from "../kustomization/fields.js";
import type { NodeMap } from "../nodes/node.js";
import { secretData } from "./data-map.js";
import { generatedMetadata, loadData, withGeneratorOptions } from "./generated-resource.js";
import type { ReadFile } from "./kv.js";

/** SecretGenerator: as for a ConfigMap, in base64, with a type. */
export function generateSecret(read: ReadFile, args: SecretArgs): NodeMap {
  const base = { ...generatedMetadata("Secret", args), type: args.type || "Opaque" };
  return withGeneratorOptions(secretData(base, loadData(read, args)), args);
}
