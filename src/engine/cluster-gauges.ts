import type { Labels, Metrics } from "../ports/telemetry.js";
import type { FleetCluster } from "./cluster-fleet.js";
import { LabelGauges } from "./label-gauges.js";

/** Argo CD's gauges of clusters. What is shown of a cluster goes with it: one that nobody knows any more is not unreachable. */
export class ClusterGauges {
  private shown = new Map<string, readonly [name: string, labels: Labels]>();
  private readonly labels: LabelGauges;

  constructor(private readonly metrics: Pick<Metrics, "gauge" | "removeGauge">) {
    this.labels = new LabelGauges(metrics, "argocd_cluster_labels");
  }

  /** `labelNames`: labels of cluster Secrets that users want to see. */
  update(clusters: readonly FleetCluster[], labelNames: readonly string[]): void {
    const shown: typeof this.shown = new Map();
    const show = (name: string, labels: Labels, value: number): void => {
      shown.set(`${name}\n${Object.values(labels).join("\n")}`, [name, labels]);
      this.metrics.gauge(name, labels, value);
    };
    const followed = clusters.filter(({ live }) => live.isStarted);
    for (const { registered, live } of followed) {
      const { server, name } = registered;
      const versioned = { server, k8s_version: live.version };
      show("argocd_cluster_info", { ...versioned, name }, 1);
      show("argocd_cluster_connection_status", versioned, live.state.kind === "ready" ? 1 : 0);
      show("argocd_cluster_cache_age_seconds", { server }, (live.ageMs ?? 0) / 1000);
      show("argocd_cluster_api_resource_objects", { server }, live.size);
      show("argocd_cluster_api_resources", { server }, live.kinds);
      this.labels.update(server, { server, name }, { names: labelNames, of: registered.labels });
    }
    for (const [key, [name, labels]] of this.shown) if (!shown.has(key)) this.metrics.removeGauge(name, labels);
    this.labels.keepOnly(new Set(followed.map(({ registered }) => registered.server)));
    this.shown = shown;
  }
}
