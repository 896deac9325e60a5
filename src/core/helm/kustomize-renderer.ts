import { utf8DecodeLossy } from "../../platform/bytes.js";
import type { HelmRenderer } from "../kustomize/options.js";
import { chartLoader } from "./chart-loader.js";
import { helmError } from "./failure.js";
import { releaseNameOf } from "./release-name.js";
import { type TemplateOptions, templateChart } from "./template-chart.js";
import { mergeUserValues } from "./user-values.js";

/** Renders the charts of a kustomization's `helmCharts`; the options say what clock and randomness templates have. */
export function helmRenderer(options: Pick<TemplateOptions, "budget" | "now" | "random" | "onUnstable"> = {}): HelmRenderer {
  const loadChart = chartLoader();
  return (request) => {
    const { nameTemplate, namespace, kubeVersion, apiVersions, includeCrds, skipTests, skipHooks } = request;
    if (nameTemplate && request.releaseName) throw helmError("cannot set --name-template and also specify a name");
    const files = request.values.map((bytes, index) => ({ name: `values ${index + 1}`, text: utf8DecodeLossy(bytes) }));
    return templateChart(loadChart(request.tree, request.chartPath), mergeUserValues({ files }), {
      ...options,
      // Kustomize: without a name helm is told to generate none.
      releaseName: nameTemplate ? releaseNameOf(nameTemplate, options) : (request.releaseName ?? "release-name"),
      ...(namespace !== undefined && { namespace }),
      ...(kubeVersion !== undefined && { kubeVersion }),
      apiVersions,
      includeCrds,
      skipTests,
      skipHooks,
    }).yaml;
  };
}
