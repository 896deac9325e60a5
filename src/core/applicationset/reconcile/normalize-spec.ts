import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";

/** A spec as the application controller would leave it, so that the two do not fight: no empty syncPolicy, helm, kustomize or directory. */
export function normalizeSpec(spec: ValueObject): ValueObject {
  const made: Record<string, Value> = { ...spec };
  if (made["project"] === undefined || made["project"] === "") made["project"] = "default";
  if (isObject(made["syncPolicy"]) && isEmptySyncPolicy(made["syncPolicy"])) delete made["syncPolicy"];
  // Argo CD: with several sources only copies are normalised, in which but pointers change; so they stay as they are.
  const sources = made["sources"];
  if (Array.isArray(sources) && sources.length > 0) return made;
  if (isObject(made["source"])) made["source"] = normalizeSource(made["source"]);
  return made;
}

function isEmptySyncPolicy(policy: ValueObject): boolean {
  return (
    policy["automated"] === undefined &&
    policy["retry"] === undefined &&
    policy["managedNamespaceMetadata"] === undefined &&
    isEmptyList(policy["syncOptions"])
  );
}

function normalizeSource(source: ValueObject): ValueObject {
  const made: Record<string, Value> = { ...source };
  if (isObject(made["kustomize"]) && isZeroKustomize(made["kustomize"])) delete made["kustomize"];
  if (isObject(made["helm"]) && isZeroHelm(made["helm"])) delete made["helm"];
  const { directory } = made;
  if (isObject(directory) && isZeroDirectory(directory)) {
    const kept = Object.fromEntries(
      Object.entries(directory).filter(([key, value]) => (key === "include" || key === "exclude") && value !== ""),
    );
    if (Object.keys(kept).length > 0) made["directory"] = kept;
    else delete made["directory"];
  }
  return made;
}

/** Argo CD: labels on templates, selectors and the like do not make it more than zero. */
const kustomizeFields = [
  "namePrefix",
  "nameSuffix",
  "version",
  "namespace",
  "images",
  "replicas",
  "commonLabels",
  "commonAnnotations",
  "patches",
  "components",
  "kubeVersion",
  "apiVersions",
  "ignoreMissingComponents",
];

function isZeroKustomize(kustomize: ValueObject): boolean {
  return kustomizeFields.every((field) => isZero(kustomize[field]));
}

function isZeroHelm(helm: ValueObject): boolean {
  const { valuesObject, ...rest } = helm;
  return valuesObject === undefined && Object.values(rest).every(isZero);
}

function isZeroDirectory(directory: ValueObject): boolean {
  const jsonnet = isObject(directory["jsonnet"]) ? directory["jsonnet"] : {};
  return directory["recurse"] !== true && directory["disableExtensionFilter"] !== true && Object.values(jsonnet).every(isZero);
}

function isZero(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return isEmptyList(value) || (isObject(value) && Object.keys(value).length === 0);
}

function isEmptyList(value: Value | undefined): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
