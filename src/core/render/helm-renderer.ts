import { completeChart } from "../helm/complete-chart.js";
import { argoHelm, chartLoader, mergeUserValues, type TemplateOptions, templateChart } from "../helm/index.js";
import { stableRandomAnnotation } from "../helm/stable-random-annotation.js";
import { asObject, type KubernetesObject } from "../manifest/object.js";
import { isObject, stringAt } from "../manifest/value.js";
import { parseYamlDocuments } from "../yaml/parse.js";
import type { ToolRenderer } from "./render-source.js";

export type HelmRendererOptions = Pick<TemplateOptions, "now" | "random">;

/**
 * Renders charts that lie in a repository as Argo CD does: `helm template` with the values of `source.helm`. Templates that use the clock or
 * randomness are named in the warnings, since their Application drifts for ever.
 */
export function helmRenderer(options: HelmRendererOptions): ToolRenderer {
  const loadChart = chartLoader();
  return (input, directory) => {
    const { tree, source, appName, namespace, kubeVersion, apiVersions, refs, revision, project, stableRandom } = input;
    const { values, options: template } = argoHelm(source, {
      appName,
      namespace,
      revision: revision ?? "",
      tree,
      path: directory,
      kubeVersion,
      apiVersions,
      ...(refs ? { refs } : {}),
      ...(project === undefined ? {} : { project }),
    });
    const completed = completeChart(loadChart(tree, directory), {
      directory,
      loadFolder: (path) => loadChart(tree, path),
      fetched: input.remotes,
      loadFetched: (fetched) => loadChart(fetched, ""),
    });
    if (completed.kind === "needs") return completed;
    const output = templateChart(completed.chart, mergeUserValues(values), {
      ...template,
      ...options,
      ...(stableRandom === undefined ? {} : { stableRandom }),
    });
    const unstable = [...output.unstableTemplates].map(
      ([file, names]) => `${file} uses ${names.join(", ")}, which gives something else in each render (${remedy})`,
    );
    return {
      kind: "rendered",
      manifests: manifestsOf(output.yaml, stringAt(source, "path")),
      sourceType: "Helm",
      warnings: [...output.warnings, ...unstable],
    };
  };
}

const remedy = `the annotation ${stableRandomAnnotation} makes it stable`;

function manifestsOf(yaml: string, file: string): readonly KubernetesObject[] {
  const manifests: KubernetesObject[] = [];
  for (const document of parseYamlDocuments(yaml, { dialect: "kubernetes", file, duplicateKeys: "last" })) {
    if (!isObject(document)) continue;
    if (stringAt(document, "kind").endsWith("List") && Array.isArray(document["items"]))
      manifests.push(...document["items"].map((item) => asObject(item)));
    else manifests.push(asObject(document));
  }
  return manifests;
}
