import type { ChartCase } from "./helm-cases.js";

const rounds = 60;
const sound = "kind: A\nmetadata: {name: sound}\n";

/**
 * A chart that renders: what `errorOf` complains about is replaced by something plain until it is content. Nearly all random charts fail at one of
 * their templates, and then say nothing of the others.
 */
export async function repaired(found: ChartCase, errorOf: (chart: ChartCase) => Promise<string | undefined>): Promise<ChartCase> {
  let chart = found;
  for (let round = 0; round < rounds; round++) {
    const error = await errorOf(chart);
    if (error === undefined) return chart;
    chart = withoutCause(chart, error);
  }
  return chart;
}

function withoutCause({ files, args }: ChartCase, error: string): ChartCase {
  const put = (path: string, text: string): ChartCase => ({ files: { ...files, [path]: text }, args });
  const document = pathOf(/YAML parse error on ([\w./-]+\.yaml)/.exec(error)?.[1]);
  if (files[document] !== undefined) return put(document, sound);
  const [, file, line] = /([\w./-]+\.(?:yaml|tpl|txt)):(\d+)/.exec(error) ?? [];
  const text = files[pathOf(file)];
  if (text !== undefined) return put(pathOf(file), withoutLine(text, Number(line) - 1));
  if (error.includes("schema") && files["chart/values.schema.json"] !== undefined) return put("chart/values.schema.json", "{}");
  if (args.length > 2) return { files, args: ["rel", "chart"] };
  return put("chart/Chart.yaml", (files["chart/Chart.yaml"] ?? "").replace(/kubeVersion.*\n/, ""));
}

/** `c/templates/a.yaml` is a file of the folder `chart`. */
function pathOf(name = ""): string {
  return `chart/${name.slice(name.indexOf("/") + 1)}`;
}

function withoutLine(text: string, index: number): string {
  const lines = text.split("\n");
  const line = lines[index] ?? "";
  if (line === "" || line.includes("sound") || line.startsWith("---")) return sound;
  const key = /^ {2}k\d+:/.exec(line)?.[0];
  const replaced = key === undefined ? (line.startsWith("    ") ? "    sound" : "# sound") : `${key} sound`;
  return lines.map((each, at) => (at === index ? replaced : each)).join("\n");
}
