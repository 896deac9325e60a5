import { InputError } from "../errors.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import type { FoundResource } from "./discover.js";

/** Key of `argocd-cm` with the flags of `kustomize build`, for example `--enable-helm`. */
export const buildOptionsKey = "kustomize.buildOptions";

/** The part of a document that holds it: `data` of the ConfigMap `argocd-cm`, or `configs.cm` in values of the chart `argo-cd`, its own or a parent's. */
export function settingsOf(document: ValueObject): ValueObject | undefined {
  const isConfigMap =
    stringAt(document, "kind") === "ConfigMap" && stringAt(objectAt(document, "metadata"), "name") === "argocd-cm";
  if (isConfigMap) return withKey(objectAt(document, "data"));
  if (document["apiVersion"] !== undefined) return undefined;
  const values = [document, ...Object.values(document).filter(isObject)];
  return values.map((one) => withKey(objectAt(objectAt(one, "configs"), "cm"))).find((found) => found !== undefined);
}

function withKey(settings: ValueObject): ValueObject | undefined {
  return typeof settings[buildOptionsKey] === "string" ? settings : undefined;
}

export interface ChosenBuildOptions {
  readonly buildOptions: string;
  /** Several files say different things. */
  readonly problem?: InputError;
}

/** What the configuration says, else the first of the tree's files. */
export function chooseBuildOptions(resources: readonly FoundResource[], configured: string | undefined): ChosenBuildOptions {
  if (configured !== undefined) return { buildOptions: configured };
  const found = resources.flatMap((one) =>
    one.kind === "settings" ? [{ file: one.file, text: stringAt(one.value, buildOptionsKey).trim() }] : [],
  );
  const [first] = found;
  if (!first) return { buildOptions: "" };
  const other = found.find(({ text }) => text !== first.text);
  if (!other) return { buildOptions: first.text };
  const problem = new InputError(
    `${buildOptionsKey} is "${first.text}" in ${first.file} and "${other.text}" in ${other.file}; the first one counts`,
    {
      code: "IMPACT_SETTINGS",
      location: { file: other.file },
      hint: "kustomize.buildOptions in fleetwright.yaml says what counts",
    },
  );
  return { buildOptions: first.text, problem };
}
