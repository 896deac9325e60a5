import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import type { GeneratorArgs, Texts } from "../kustomization/fields.js";
import { buildAnnotations } from "../model/annotations.js";
import { kustomizeError, withPrefix } from "../model/errors.js";
import { behaviorFrom } from "../model/generated.js";
import type { Node, NodeMap } from "../nodes/node.js";
import { madeText } from "../nodes/scalar.js";
import { noteMadeKeys } from "../nodes/text-key.js";
import type { DataValue } from "./data-map.js";
import { loadPairs, type ReadFile } from "./kv.js";

/** What ConfigMaps and Secrets have in common: names, options and data, each key once. */
export function generatedMetadata(kind: string, args: GeneratorArgs): NodeMap {
  if (!args.name) throw kustomizeError("KUSTOMIZE_GENERATOR", "a configmap must have a name");
  return {
    apiVersion: "v1",
    kind,
    metadata: { name: madeText(args.name), ...(args.namespace ? { namespace: madeText(args.namespace) } : {}) },
  };
}

export function loadData(read: ReadFile, args: GeneratorArgs): { readonly [key: string]: DataValue } {
  const pairs = withPrefix("loading KV pairs", () => loadPairs(read, args));
  const data: { [key: string]: DataValue } = {};
  for (const { key, value } of pairs) {
    if (key === "__proto__") throw kustomizeError("KUSTOMIZE_GENERATOR", `the key "__proto__" is not allowed`);
    if (Object.hasOwn(data, key))
      throw kustomizeError("KUSTOMIZE_GENERATOR", `configmap ${args.name ?? ""} illegally repeats the key \`${key}\``);
    data[key] = value;
  }
  return data;
}

/** Labels, annotations, immutability, and the notes for merging and hashing. */
export function withGeneratorOptions(value: NodeMap, args: GeneratorArgs): NodeMap {
  const { options } = args;
  const metadata: { [key: string]: Node } = { ...(value["metadata"] as NodeMap) };
  if (options?.labels && Object.keys(options.labels).length > 0) metadata["labels"] = withKeysNoted(options.labels, quoted);
  const annotations = withKeysNoted(options?.annotations ?? {}, madeText);
  if (!options?.disableNameSuffixHash) annotations[buildAnnotations.needsHashSuffix] = "enabled";
  annotations[buildAnnotations.generatorBehavior] = behaviorFrom(args.behavior ?? "");
  metadata["annotations"] = annotations;
  return { ...value, metadata, ...(options?.immutable ? { immutable: true } : {}) };
}

function quoted(text: string): Node {
  return new ScalarLiteral("!!str", text);
}

function withKeysNoted(texts: Texts, toNode: (text: string) => Node): { [key: string]: Node } {
  const result = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, toNode(text)]));
  noteMadeKeys(result, Object.keys(result));
  return result;
}
