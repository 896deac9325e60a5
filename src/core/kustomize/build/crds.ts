import { isObject, objectAt, stringAt, type ValueObject } from "../../manifest/value.js";
import type { TreeFile } from "../../render/file-tree.js";
import { kustomizeError } from "../model/errors.js";
import { fieldSpec, mergeFieldSpecs, mergeNameReferences } from "../model/field-spec.js";
import { emptyConfig, mergeConfigs, type TransformerConfig } from "../model/transformer-config.js";
import { type CrdFile, type OpenApiDefinitions, readOpenApiDefinitions } from "./open-api-definitions.js";

type Config = { -readonly [name in keyof TransformerConfig]: TransformerConfig[name] };

/** What the OpenAPI definitions of `crds` say about labels, annotations, names and references. */
export function configFromCrd(content: TreeFile, named: CrdFile): TransformerConfig {
  const definitions = readOpenApiDefinitions(content, named);
  let result: TransformerConfig = emptyConfig;
  for (const name of definitions.keys()) {
    const properties = propertiesOf(definitions, name);
    if (!["kind", "apiVersion", "metadata"].every((field) => Object.hasOwn(properties, field))) continue;
    const config: Config = { ...emptyConfig };
    new CrdReader(config, definitions, name.split(".").at(-1)!).read(name, [], new Set());
    result = mergeConfigs(result, config);
  }
  return result;
}

function propertiesOf(definitions: OpenApiDefinitions, name: string): ValueObject {
  return objectAt(definitions.get(name), "properties");
}

class CrdReader {
  readonly #config: Config;
  readonly #definitions: OpenApiDefinitions;
  readonly #kind: string;

  constructor(config: Config, definitions: OpenApiDefinitions, kind: string) {
    this.#config = config;
    this.#definitions = definitions;
    this.#kind = kind;
  }

  read(type: string, path: readonly string[], open: ReadonlySet<string>): void {
    if (!this.#definitions.has(type)) return;
    if (open.has(type)) throw kustomizeError("KUSTOMIZE_CYCLE", `the definition ${type} refers to itself`);
    for (const [name, property] of Object.entries(propertiesOf(this.#definitions, type))) {
      if (!isObject(property)) continue;
      this.#readProperty(property, [...path, name]);
      const reference = stringAt(property, "$ref");
      if (reference !== "") this.read(reference, [...path, name], new Set([...open, type]));
    }
  }

  #readProperty(property: ValueObject, path: readonly string[]): void {
    const config = this.#config;
    const spec = fieldSpec(path.join("/"), { kind: this.#kind });
    const has = (extension: string): boolean => typeof property[extension] === "string";
    if (has("x-kubernetes-annotation")) config.commonAnnotations = mergeFieldSpecs(config.commonAnnotations, [spec]);
    if (has("x-kubernetes-label-selector")) config.commonLabels = mergeFieldSpecs(config.commonLabels, [spec]);
    if (has("x-kubernetes-identity")) config.namePrefix = mergeFieldSpecs(config.namePrefix, [spec]);
    if (!has("x-kubernetes-object-ref-api-version") || !has("x-kubernetes-object-ref-kind")) return;
    const nameKey = has("x-kubernetes-object-ref-name-key") ? stringAt(property, "x-kubernetes-object-ref-name-key") : "name";
    const reference = {
      group: "",
      version: stringAt(property, "x-kubernetes-object-ref-api-version"),
      kind: stringAt(property, "x-kubernetes-object-ref-kind"),
      referrers: [fieldSpec([...path, nameKey].join("/"), { kind: this.#kind })],
    };
    config.nameReference = mergeNameReferences(config.nameReference, [reference]);
  }
}
