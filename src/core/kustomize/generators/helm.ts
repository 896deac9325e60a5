import { utf8Encode } from "../../../platform/bytes.js";
import { isObject, type Value } from "../../manifest/value.js";
import type { FileTree } from "../../render/file-tree.js";
import { emitYaml } from "../../yaml/emit.js";
import { parseYaml } from "../../yaml/parse.js";
import { mergeNodes } from "../filters/merge2.js";
import type { HelmChartArgs, HelmGlobals } from "../kustomization/fields.js";
import { buildAnnotations, withAnnotations } from "../model/annotations.js";
import { kustomizeError, withPrefix } from "../model/errors.js";
import { toJson } from "../nodes/json.js";
import type { Node, NodeMap } from "../nodes/node.js";
import { YNode } from "../nodes/ynode.js";
import type { HelmRequest, KustomizeOptions } from "../options.js";
import { readResources } from "../tree/documents.js";
import type { Loader } from "../tree/loader.js";
import { joinRelative } from "../tree/paths.js";

export type HelmArgs = HelmChartArgs & HelmGlobals;

/** Checks a chart's arguments; gives what renders it. */
export function helmGenerator(args: HelmArgs, loader: Loader, options: KustomizeOptions): () => readonly NodeMap[] {
  const fail = (message: string): Error => kustomizeError("KUSTOMIZE_HELM", message);
  if (!options.enableHelm) throw fail("must specify --enable-helm");
  if (!args.name) throw fail("chart name cannot be empty");
  const additional = (args.additionalValuesFiles ?? []).map((path) =>
    withPrefix("could not load additionalValuesFile", () => loader.load(path).bytes),
  );
  const merge = args.valuesMerge || "override";
  if (!["merge", "override", "replace"].includes(merge)) throw fail("valuesMerge must be one of [merge override replace]");
  return () => renderChart(args, merge, additional, loader, options);
}

function renderChart(
  args: HelmArgs,
  merge: string,
  additional: readonly Uint8Array[],
  loader: Loader,
  options: KustomizeOptions,
): readonly NodeMap[] {
  const { name = "", version, repo, chartHome = "charts" } = args;
  const home = version && repo ? joinRelative(chartHome, `${name}-${version}`) : chartHome;
  const { tree, chartPath } = locateChart(args, joinRelative(home, name), loader);
  if (!options.renderHelm) throw kustomizeError("KUSTOMIZE_HELM", "no Helm renderer is at hand for helmCharts");
  const valuesFile = args.valuesFile || joinRelative(home, name, "values.yaml");
  const isPulled = tree !== loader.tree;
  const values = valuesOf(args, merge, () =>
    isPulled && !args.valuesFile ? (tree.read("values.yaml")?.bytes ?? new Uint8Array()) : loader.load(valuesFile).bytes,
  );
  const request: HelmRequest = {
    tree,
    chartPath,
    releaseName: args.releaseName || undefined,
    nameTemplate: args.nameTemplate || undefined,
    namespace: args.namespace || undefined,
    values: [values, ...additional],
    apiVersions: args.apiVersions?.length ? args.apiVersions : (options.helmApiVersions ?? []),
    kubeVersion: args.kubeVersion || options.helmKubeVersion || undefined,
    includeCrds: args.includeCRDs ?? false,
    skipTests: args.skipTests ?? false,
    skipHooks: args.skipHooks ?? false,
  };
  const { renderHelm } = options;
  const output = withPrefix(`helm template${args.releaseName ? ` ${args.releaseName}` : ""} /${chartPath}`, () =>
    renderHelm(request),
  );
  return readResources(output, chartPath).map((value) => withAnnotations(value, { [buildAnnotations.helmGenerated]: "true" }));
}

/** In the repository, or pulled from `repo` as the original does where it is not there. */
function locateChart(
  { name = "", version = "", repo }: HelmArgs,
  path: string,
  loader: Loader,
): { readonly tree: FileTree; readonly chartPath: string } {
  const chartPath = loader.pathOf(path);
  if (loader.tree.kind(chartPath) === "directory") return { tree: loader.tree, chartPath };
  if (repo && loader.context.allowRemote) return { tree: loader.chart(repo, name, version), chartPath: "" };
  throw kustomizeError("KUSTOMIZE_HELM", `no chart found at '/${chartPath}'`, {
    hint: repo ? "charts are not pulled here: bring it into the repository" : "name its `repo`, or bring it into the repository",
  });
}

function valuesOf({ valuesInline }: HelmArgs, merge: string, read: () => Uint8Array): Uint8Array {
  if (valuesInline === undefined || Object.keys(valuesInline).length === 0) return read();
  const inline = new YNode(valuesInline as unknown as Node);
  if (merge === "replace") return utf8Encode(emitYaml(valuesInline as Value, { style: "kubernetes" }));
  const text = read();
  // A reader that goes by nodes leaves aliases as they are.
  const asNodes = text.includes(asterisk);
  const chart = new YNode((parseYaml(text, { dialect: "kustomize", keepStyle: true, asNodes }) ?? {}) as unknown as Node);
  const noSchemas = { schemaOf: () => undefined };
  const [patch, dest] = merge === "override" ? [inline, chart] : [chart, inline];
  const merged = withPrefix("could not merge values", () => mergeNodes(patch, dest, noSchemas, { listIncrease: "append" }));
  if (merged) unquote(merged);
  const values = merged ? toJson(merged.freeze()) : {};
  return utf8Encode(emitYaml(asNodes ? withMergesDone(values) : values, { style: "kubernetes" }));
}

const asterisk = 42;

/** What a reader by nodes has left: maps written out behind `<<`. */
function withMergesDone(value: Value): Value {
  if (Array.isArray(value)) return value.map(withMergesDone);
  if (!isObject(value)) return value;
  const { "<<": merge, ...own } = value;
  const sources = Array.isArray(merge) ? merge : [merge];
  const result: { [key: string]: Value } = {};
  for (const source of [own, ...sources])
    if (isObject(source))
      for (const [key, entry] of Object.entries(source)) if (!Object.hasOwn(result, key)) result[key] = withMergesDone(entry);
  return result;
}

/** Values are read from the merged nodes as they are: a number that took the place of a quoted text is a number. */
function unquote(node: YNode): void {
  if (node.kind === "map") for (const key of node.keys()) unquote(node.get(key)!);
  else if (node.kind === "list") node.items.forEach(unquote);
  else if (node.isQuoted && node.tag !== "" && node.tag !== "!!str") node.setScalar(node.tag, node.value, false);
}
