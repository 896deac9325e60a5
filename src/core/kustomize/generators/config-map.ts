import type { GeneratorArgs } from "../kustomization/fields.js";
import type { NodeMap } from "../nodes/node.js";
import { configMapData } from "./data-map.js";
import { generatedMetadata, loadData, withGeneratorOptions } from "./generated-resource.js";
import type { ReadFile } from "./kv.js";

/** ConfigMapGenerator: data of files, env files and literals; the name hash comes at the very end of a build. */
export function generateConfigMap(read: ReadFile, args: GeneratorArgs): NodeMap {
  const base = generatedMetadata("ConfigMap", args);
  return withGeneratorOptions(configMapData(base, loadData(read, args)), args);
}
