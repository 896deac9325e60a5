import { InputError } from "../errors.js";
import { memoryTree } from "../render/memory-tree.js";
import { loadChart } from "./load-directory.js";
import { type ChartOutput, type TemplateOptions, templateChart } from "./template-chart.js";
import { mergeUserValues, type UserValues } from "./user-values.js";

/*
 * For tests: charts written as a few files.
 */

const chartYaml = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

/** Renders a chart of the given files; Chart.yaml is added where it is missing. */
export function renderFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<TemplateOptions> & { readonly user?: UserValues } = {},
): ChartOutput {
  const { user = {}, ...rest } = options;
  const tree = memoryTree({ "Chart.yaml": chartYaml, ...files });
  return templateChart(loadChart(tree, ""), mergeUserValues(user), { releaseName: "rel", namespace: "ns", ...rest });
}

/** One template's output, without the lines around it. */
export function renderOne(
  template: string,
  files: Readonly<Record<string, string>> = {},
  options: Parameters<typeof renderFiles>[1] = {},
): string {
  const yaml = renderFiles({ ...files, "templates/t.yaml": `out: |\n  ${template}\n` }, options).yaml;
  return (/# Source: c\/templates\/t\.yaml\nout: \|\n {2}([\s\S]*?)\n$/.exec(yaml)?.[1] ?? yaml).trim();
}

/** The InputError that an action ends in. */
export function errorOf(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
