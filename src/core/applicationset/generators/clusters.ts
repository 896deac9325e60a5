import type { Value, ValueObject } from "../../manifest/value.js";
import { type Cluster, inClusterName, inClusterServer } from "../clusters.js";
import type { LabelSelector } from "../model/application-set.js";
import { markTyped, normalizeName, type ParamSet, type Params } from "../params/params.js";
import { compileLabelSelector, isEmptySelector } from "../selector.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { withValues, wrapError } from "./values.js";

/** `clusters`: every cluster Secret that the selector takes; without a selector the local cluster too, last. */
export const clustersGenerator: Generator = {
  requeueAfterSeconds: () => 0,
  generate(spec, run) {
    const selector = (spec["selector"] ?? {}) as LabelSelector;
    const chosen = selectClusters(selector, run);
    const sets = chosen.map((cluster) =>
      setOf(paramsOf(cluster, run), spec, run, "error appending templated values for cluster"),
    );
    // Argo CD: the local cluster has no labels, so a selector never takes it.
    if (isEmptySelector(selector) && !chosen.some((cluster) => cluster.server === inClusterServer)) {
      const local: Params = { name: inClusterName, nameNormalized: inClusterName, server: inClusterServer, project: "" };
      sets.push(setOf(local, spec, run, "error appending templated values for local cluster"));
    }
    if (spec["flatList"] !== true) return sets;
    return [{ params: { clusters: sets.map(({ params }) => params) }, origins: [{ generator: run.path }] }];
  },
};

/** Sorted by name; of two Secrets with one name the last counts, as in the original. */
function selectClusters(selector: LabelSelector, run: GeneratorRun): readonly Cluster[] {
  let matches: (labels: Readonly<Record<string, string>>) => boolean;
  try {
    matches = compileLabelSelector(selector);
  } catch (error) {
    throw wrapError("error getting cluster secrets: error converting label selector", error);
  }
  const byName = new Map<string, Cluster>();
  for (const cluster of run.clusters) if (matches(cluster.labels)) byName.set(cluster.name, cluster);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function setOf(params: Params, spec: ValueObject, run: GeneratorRun, context: string): ParamSet {
  try {
    return {
      params: withValues(params, spec["values"], run),
      origins: [{ generator: run.path, cluster: String(params["name"]) }],
    };
  } catch (error) {
    throw wrapError(context, error);
  }
}

function paramsOf(cluster: Cluster, run: GeneratorRun): Params {
  const params: Record<string, Value> = {
    name: cluster.name,
    nameNormalized: normalizeName(cluster.name),
    server: cluster.server,
    project: cluster.project ?? "",
  };
  if (run.set.spec.goTemplate) {
    const metadata: Record<string, Value> = {};
    if (Object.keys(cluster.annotations).length > 0) metadata["annotations"] = markTyped({ ...cluster.annotations }, "stringMap");
    if (Object.keys(cluster.labels).length > 0) metadata["labels"] = markTyped({ ...cluster.labels }, "stringMap");
    params["metadata"] = metadata;
    return params;
  }
  for (const [key, value] of Object.entries(cluster.annotations)) params[`metadata.annotations.${key}`] = value;
  for (const [key, value] of Object.entries(cluster.labels)) params[`metadata.labels.${key}`] = value;
  return params;
}
