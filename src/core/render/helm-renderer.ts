import { argoHelm, chartLoader, mergeUserValues, type TemplateOptions, templateChart } from "../helm/index.js";
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
    const { tree, source, appName, namespace, kubeVersion, apiVersions, refs, revision } = input;
    const { values, options: template } = argoHelm(source, {
      appName,
      namespace,
      revision: revision ?? "",
      tree,
      path: directory,
      kubeVersion,
      apiVersions,
      ...(refs ? { refs } : {}),
    });
    const output = templateChart(loadChart(tree, directory), mergeUserValues(values), { ...template, ...options });
    const unstable = output.unstable.map((name) => `the chart uses ${name}, which gives something else in each render`);
    return {
      kind: "rendered",
      manifests: manifestsOf(output.yaml, stringAt(source, "path")),
      sourceType: "Helm",
      warnings: [...output.warnings, ...unstable],
    };
  };
}

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
