import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt, stringAt } from "../../manifest/value.js";
import { type Cluster, inClusterName, inClusterServer } from "../clusters.js";
import type { ResourceQuery } from "../needs.js";
import { formatGo, markTyped, type ParamSet } from "../params/params.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { wrapError } from "./values.js";

/** `clusterDecisionResource`: the known clusters that the status of some custom resource lists. */
export const clusterDecisionResourceGenerator: Generator = {
  requeueAfterSeconds: (spec, defaults) => Number(spec["requeueAfterSeconds"] ?? defaults.requeueAfterSeconds),
  generate(spec, run) {
    const configMapName = stringAt(spec, "configMapRef");
    const configMap = run.ask<"configMap">({ kind: "configMap", name: configMapName });
    if (!configMap) return [];
    if (!configMap.value) throw invalid(`error reading configMapRef: configmaps ${JSON.stringify(configMapName)} not found`);
    const { data } = configMap.value;
    const found = ask(queryOf(spec, data), run);
    if (!found) return [];
    if (found.length === 0) throw invalid("no clusterDecisionResources found");
    const matchKey = data["matchKey"] ?? "";
    if (matchKey === "") return [];
    const decisions = decisionsOf(found, data["statusListKey"] || "clusters");
    return decisions.flatMap((decision) => setOf(decision, { matchKey, spec, run }) ?? []);
  },
};

function queryOf(spec: ValueObject, data: Readonly<Record<string, string>>): ResourceQuery {
  const apiVersion = data["apiVersion"] ?? "";
  const slash = apiVersion.indexOf("/");
  const resource = data["kind"] ?? "";
  if (resource === "" || slash < 1) throw invalid("there is a problem with the apiVersion, kind or resourceName provided");
  const name = stringAt(spec, "name");
  const labelSelector = objectAt(spec, "labelSelector");
  const isSelected = labelSelector["matchLabels"] !== undefined || labelSelector["matchExpressions"] !== undefined;
  if ((name === "") !== isSelected)
    throw invalid("there is a problem with the definition of the ClusterDecisionResource generator");
  const kind = { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), resource };
  return name === "" ? { ...kind, labelSelector } : { ...kind, name };
}

function ask(query: ResourceQuery, run: GeneratorRun): readonly ValueObject[] | undefined {
  try {
    return run.ask<"resources">({ kind: "resources", query })?.value;
  } catch (error) {
    throw wrapError("failed to get dynamic resources", error);
  }
}

function decisionsOf(resources: readonly ValueObject[], listKey: string): ValueObject[] {
  const decisions: ValueObject[] = [];
  for (const resource of resources) {
    const status = objectAt(resource, "status");
    if (Object.keys(status).length === 0) continue;
    const list = status[listKey];
    // The original crashes here.
    if (!Array.isArray(list))
      throw invalid(`status.${listKey} of ${stringAt(objectAt(resource, "metadata"), "name")} is no list`);
    for (const decision of list as readonly Value[]) {
      if (!isObject(decision)) throw invalid(`status.${listKey} must be a list of objects`);
      decisions.push(decision);
    }
  }
  return decisions;
}

function setOf(decision: ValueObject, context: { matchKey: string; spec: ValueObject; run: GeneratorRun }): ParamSet | undefined {
  const { matchKey, spec, run } = context;
  const wanted = decision[matchKey];
  if (wanted === undefined || wanted === null || formatGo(wanted) === "") return undefined;
  const cluster = knownClusters(run.clusters).find(({ name }) => name === formatGo(wanted));
  if (!cluster) return undefined;
  const params: Record<string, Value> = { name: cluster.name, server: cluster.server.replace(/\/+$/, "") };
  for (const [key, value] of Object.entries(decision)) params[key] = formatGo(value);
  const values = objectAt(spec, "values");
  if (run.set.spec.goTemplate) {
    if (Object.keys(values).length > 0) params["values"] = markTyped({ ...values }, "stringMap");
  } else for (const [key, value] of Object.entries(values)) params[`values.${key}`] = value;
  return { params, origins: [{ generator: run.path }] };
}

function knownClusters(clusters: readonly Cluster[]): readonly Pick<Cluster, "name" | "server">[] {
  const hasLocal = clusters.some((cluster) => cluster.server.replace(/\/+$/, "") === inClusterServer);
  return hasLocal ? clusters : [...clusters, { name: inClusterName, server: inClusterServer }];
}

function invalid(message: string): InputError {
  return new InputError(message, { code: "APPSET_CLUSTER_DECISION" });
}
