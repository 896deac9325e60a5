import type { Rule } from "../rule.js";

/** Fields that kustomize has dropped or will drop, and what takes their place. */
export const deprecatedFields = {
  bases: "resources",
  patchesStrategicMerge: "patches",
  patchesJson6902: "patches",
  commonLabels: "labels",
  vars: "replacements",
  imageTags: "images",
  helmChartInflationGenerator: "helmCharts",
} as const;

/** Fields of a kustomization, an ApplicationSet or an Application that have a successor or no meaning any more. */
export const deprecatedField: Rule = {
  id: "deprecated-field",
  severity: "warning",
  summary: "A field that has a successor, or no meaning any more.",
  check: ({ files }) => [
    ...files.kustomizations.flatMap(({ file, value }) =>
      Object.entries(deprecatedFields).flatMap(([field, instead]) =>
        Object.hasOwn(value, field)
          ? [
              {
                location: files.place(file, [field], { dialect: "kustomize" }),
                message: `${field} is deprecated, use ${instead}`,
                isFixable: field !== "helmChartInflationGenerator",
              },
            ]
          : [],
      ),
    ),
    ...files.resources.flatMap((found) => {
      if (found.kind !== "applicationSet" && found.kind !== "application") return [];
      const { file, document, value } = found;
      return retired.flatMap(({ kind, path, why }) =>
        kind === found.kind && valueAt(value, path) !== undefined
          ? [{ location: files.place(file, path, { document }), message: `${path.join(".")} ${why}` }]
          : [],
      );
    }),
  ],
};

const retired = [
  {
    kind: "applicationSet",
    path: ["spec", "applyNestedSelectors"],
    why: "is deprecated and has no effect: selectors of nested generators always apply",
  },
  { kind: "application", path: ["spec", "source", "ksonnet"], why: "has no effect: ksonnet is not supported any more" },
  { kind: "application", path: ["spec", "source", "helm", "version"], why: "has no effect: Helm 2 is not supported any more" },
] as const;

function valueAt(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const step of path) here = typeof here === "object" && here !== null ? (here as Record<string, unknown>)[step] : undefined;
  return here;
}
