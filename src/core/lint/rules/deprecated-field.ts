import { walkFiles } from "../../impact/discover.js";
import { locate } from "../../yaml/locate.js";
import type { Rule } from "../lint.js";

const replacements = {
  bases: "resources",
  patchesStrategicMerge: "patches",
  patchesJson6902: "patches",
  commonLabels: "labels",
  vars: "replacements",
  imageTags: "images",
};

/** Fields of a kustomization that kustomize will drop. */
export const deprecatedField: Rule = {
  id: "deprecated-field",
  severity: "warning",
  check: ({ tree }) =>
    [...walkFiles(tree)]
      .filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path))
      .flatMap((file) => {
        const bytes = tree.read(file)?.bytes;
        if (!bytes) return [];
        return Object.entries(replacements).flatMap(([field, instead]) => {
          const location = locate(bytes, [field], { file, dialect: "kustomize" });
          return location ? [{ location, message: `${field} is deprecated, use ${instead}` }] : [];
        });
      }),
};
