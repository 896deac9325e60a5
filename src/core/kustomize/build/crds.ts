import { isObject, objectAt, stringAt, type ValueObject } from "../../manifest/value.js";
import type { TreeFile } from "../../render/file-tree.js";
import { parseYaml } from "../../yaml/parse.js";
import { kustomizeError, prefixError } from "../model/errors.js";
import { fieldSpec, mergeFieldSpecs, mergeNameReferences } from "../model/field-spec.js";
import { emptyConfig, mergeConfigs, type TransformerConfig } from "../model/transformer-config.js";

type Config = { -readonly [name in keyof TransformerConfig]: TransformerConfig[name] };

/** What the OpenAPI definitions of `crds` say about labels, annotations, names and references. */
export function configFromCrd(file: TreeFile, path: string): TransformerConfig {
  let value: unknown;
  try {
    value = parseYaml(file.bytes, { file: path, dialect: "kubernetes", duplicateKeys: "last" });
  } catch (error) {
    throw prefixError(error, `unable to parse open API definition from '${path}'`);
  }
  if (!isObject(value))
    throw kustomizeError("KUSTOMIZE_FILE", `unable to parse open API definition from '${path}': it is no map of definitions`);
  const definitions = value;
  let result: TransformerConfig = emptyConfig;
  for (const name of Object.keys(definitions)) {
    const properties = propertiesOf(definitions, name);
    if (!["kind", "apiVersion", "metadata"].every((field) => Object.hasOwn(properties, field))) continue;
    const config: Config = { ...emptyConfig };
    new CrdReader(config, definitions, name.split(".").at(-1)!).read(name, [], new Set());
    result = mergeConfigs(result, config);
  }
  return result;
}

function propertiesOf(definitions: ValueObject, name: string): ValueObject {
  const definition = definitions[name];
  if (!isObject(definition)) return {};
  return objectAt(objectAt(definition, Object.hasOwn(definition, "Schema") ? "Schema" : "schema"), "properties");
}

class CrdReader {
  readonly #config: Config;
  readonly #definitions: ValueObject;
  readonly #kind: string;

  constructor(config: Config, definitions: ValueObject, kind: string) {
    this.#config = config;
    this.#definitions = definitions;
    this.#kind = kind;
  }

  read(type: string, path: readonly string[], open: ReadonlySet<string>): void {
    if (!Object.hasOwn(this.#definitions, type)) return;
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
