import { expect, test } from "vitest";
import type { Labels } from "../ports/telemetry.js";
import type { FleetCluster } from "./cluster-fleet.js";
import { ClusterGauges } from "./cluster-gauges.js";

function recorded() {
  const series = new Map<string, number>();
  const keyOf = (name: string, labels: Labels): string => `${name} ${JSON.stringify(labels)}`;
  return {
    series,
    metrics: {
      gauge: (name: string, labels: Labels, value: number) => void series.set(keyOf(name, labels), value),
      removeGauge: (name: string, labels: Labels) => void series.delete(keyOf(name, labels)),
    },
    named: (name: string) => [...series.keys()].filter((key) => key.startsWith(`${name} `)),
  };
}

function cluster(name: string, version = "1.33", labels: Labels = {}): FleetCluster {
  const live = { isStarted: true, version, state: { kind: "failed", error: "away" }, ageMs: 5_000, size: 3, kinds: 2 };
  return { registered: { name, server: `https://${name}`, labels }, live } as unknown as FleetCluster;
}

test("a cluster that is registered no more is shown no more: it is not unreachable, it is gone", () => {
  const { metrics, series, named } = recorded();
  const gauges = new ClusterGauges(metrics);
  gauges.update([cluster("east"), cluster("west")], ["env"]);
  expect(named("argocd_cluster_connection_status")).toHaveLength(2);
  gauges.update([cluster("west")], ["env"]);
  expect([...series.keys()].filter((key) => key.includes("east"))).toEqual([]);
  expect(series.get('argocd_cluster_connection_status {"server":"https://west","k8s_version":"1.33"}')).toBe(0);
});

test("an upgrade of a cluster leaves no series of its former version", () => {
  const { metrics, named } = recorded();
  const gauges = new ClusterGauges(metrics);
  gauges.update([cluster("east", "1.33")], []);
  gauges.update([cluster("east", "1.34")], []);
  expect(named("argocd_cluster_info")).toEqual([
    'argocd_cluster_info {"server":"https://east","k8s_version":"1.34","name":"east"}',
  ]);
});

test("labels of clusters are shown where they are chosen, in Prometheus' spelling", () => {
  const { metrics, named } = recorded();
  const gauges = new ClusterGauges(metrics);
  gauges.update([cluster("east", "1.33", { "team-name": "shop", other: "x" })], ["team-name"]);
  expect(named("argocd_cluster_labels")).toEqual([
    'argocd_cluster_labels {"server":"https://east","name":"east","label_team_name":"shop"}',
  ]);
  gauges.update([cluster("east", "1.33", { "team-name": "shop" })], []);
  expect(named("argocd_cluster_labels")).toEqual([]);
});
