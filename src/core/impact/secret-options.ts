import { utf8Encode } from "../../platform/bytes.js";
import { FleetwrightError } from "../errors.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";

/** Last words of names whose values nobody should see, as `db.password`, `adminPassword` and `GITHUB_TOKEN`. */
const secretName =
  /(pass(word|wd|phrase)?|pwd|secret|token|credentials?|(api|access|private|secret|encryption|signing|account|auth|license)[-_]?key)$/i;
/** They name a Secret. */
const reference = /existing[-_]?(secret|credentials?)$/i;

/** Values of a source's options whose name says that they are secrets: parameters and values of Helm, environment and parameters of plugins. */
export function secretOptions(spec: ValueObject): readonly string[] {
  const sources = [spec["source"], ...listAt(spec, "sources")].filter(isObject);
  return sources.flatMap((source) => {
    const helm = objectAt(source, "helm");
    const plugin = objectAt(source, "plugin");
    return [
      ...[...listAt(helm, "parameters"), ...listAt(plugin, "env")].filter(isObject).flatMap(ofPair),
      ...listAt(plugin, "parameters").filter(isObject).flatMap(ofParameter),
      ...ofValues(helm["valuesObject"]),
      ...ofText(stringAt(helm, "values")),
    ];
  });
}

function ofPair({ name, value }: ValueObject): readonly string[] {
  return isSecretName(String(name)) ? ofScalar(value) : [];
}

function ofParameter(parameter: ValueObject): readonly string[] {
  const known = isSecretName(stringAt(parameter, "name"));
  return known ? [...ofScalar(parameter["string"]), ...Object.values(objectAt(parameter, "map")).flatMap(ofScalar)] : [];
}

function ofValues(value: Value | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(ofValues);
  if (!isObject(value)) return [];
  const pair = typeof value["name"] === "string" ? ofPair(value) : [];
  return [
    ...pair,
    ...Object.entries(value).flatMap(([key, item]) => [...(isSecretName(key) ? ofScalar(item) : []), ...ofValues(item)]),
  ];
}

/** Values written as text; a template that is no YAML is taken line by line. */
function ofText(text: string): readonly string[] {
  if (text === "") return [];
  try {
    return ofValues(parseYaml(utf8Encode(text), { dialect: "kubernetes" }));
  } catch (error) {
    if (!(error instanceof FleetwrightError)) throw error;
    return [...text.matchAll(/^[ \t-]*["']?([\w.-]+)["']?[ \t]*:[ \t]*["']?([^"'\n]+?)["']?[ \t]*$/gm)].flatMap(
      ([, name = "", value = ""]) => (isSecretName(name) ? [value] : []),
    );
  }
}

function ofScalar(value: Value | undefined): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value, value.trim()];
  return typeof value === "number" || typeof value === "bigint" ? [String(value)] : [];
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !reference.test(name);
}
