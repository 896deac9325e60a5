import { driftAnnotation, readRecord } from "../core/drift/record-text.js";
import { isObject, listAt, objectAt, stringAt } from "../core/manifest/value.js";
import { normalizeRepositoryURL } from "../core/render/repository-url.js";
import { isAutomated } from "../core/tracking/application-flags.js";
import type { Clock } from "../ports/clock.js";
import type { Labels, Metrics } from "../ports/telemetry.js";
import type { Application } from "./application.js";
import { LabelGauges } from "./label-gauges.js";
import { runningOperation } from "./operation-state.js";

/** `argocd_app_info` and the age of drift, one series an Application. */
export class ApplicationMetrics {
  private readonly info = new Map<string, Labels>();
  private readonly conditions = new Map<string, readonly Labels[]>();
  private readonly drift = new Map<string, { readonly labels: Labels; readonly sinceMs: number }>();
  private readonly labels: LabelGauges;

  constructor(
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    private readonly namespace: string,
    /** Names of the labels that users want to see. */
    private readonly labelNames: () => readonly string[],
  ) {
    this.labels = new LabelGauges(metrics, "argocd_app_labels");
  }

  update(app: Application): void {
    this.updateInfo(app);
    this.updateConditions(app);
    this.updateDrift(app);
    const { namespace, name, project } = app;
    this.labels.update(app.key, { namespace, name, project }, { names: this.labelNames(), of: app.object.metadata.labels });
  }

  remove(key: string): void {
    const info = this.info.get(key);
    if (info) this.metrics.removeGauge("argocd_app_info", info);
    for (const labels of this.conditions.get(key) ?? []) this.metrics.removeGauge("argocd_app_condition", labels);
    const drift = this.drift.get(key);
    if (drift) this.removeDrift(drift.labels);
    this.labels.remove(key);
    this.info.delete(key);
    this.conditions.delete(key);
    this.drift.delete(key);
  }

  private updateInfo(app: Application): void {
    const labels: Labels = {
      namespace: app.namespace || this.namespace,
      name: app.name,
      project: app.project,
      repo: normalizeRepositoryURL(stringAt(app.sources[0], "repoURL")),
      dest_server: app.destination.server ?? app.destination.name ?? "",
      dest_namespace: app.destination.namespace,
      sync_status: stringAt(objectAt(app.status, "sync"), "status") || "Unknown",
      health_status: stringAt(objectAt(app.status, "health"), "status") || "Unknown",
      operation:
        app.object.metadata.deletionTimestamp !== undefined ? "delete" : runningOperation(app) || app.operation ? "sync" : "",
      autosync_enabled: String(isAutomated(app.spec)),
    };
    const old = this.info.get(app.key);
    if (old !== undefined && Object.entries(labels).every(([name, value]) => old[name] === value)) return;
    if (old !== undefined) this.metrics.removeGauge("argocd_app_info", old);
    this.metrics.gauge("argocd_app_info", labels, 1);
    this.info.set(app.key, labels);
  }

  private updateConditions(app: Application): void {
    const types = new Set(
      listAt(app.status, "conditions")
        .filter(isObject)
        .map((condition) => stringAt(condition, "type")),
    );
    const next = [...types].map((condition): Labels => ({ namespace: app.namespace, name: app.name, condition }));
    for (const old of this.conditions.get(app.key) ?? [])
      if (!types.has(old["condition"]!)) this.metrics.removeGauge("argocd_app_condition", old);
    for (const labels of next) this.metrics.gauge("argocd_app_condition", labels, 1);
    if (next.length === 0) this.conditions.delete(app.key);
    else this.conditions.set(app.key, next);
  }

  /** How long an Application has differed from git; since when is read from the record that it carries. */
  private updateDrift(app: Application): void {
    const isDrifted = stringAt(objectAt(app.status, "sync"), "status") === "OutOfSync";
    const known = this.drift.get(app.key);
    if (!isDrifted) {
      if (known === undefined) return;
      this.removeDrift(known.labels);
      this.drift.delete(app.key);
      return;
    }
    const now = this.clock.now();
    const labels = known?.labels ?? {
      namespace: app.namespace,
      name: app.name,
      project: app.project,
      env: app.object.metadata.labels?.["env"] ?? "",
    };
    const onsetMs = readRecord(app.object.metadata.annotations?.[driftAnnotation]).open[0]?.onsetMs;
    const sinceMs = onsetMs ?? known?.sinceMs ?? now;
    if (known?.sinceMs !== sinceMs) {
      this.drift.set(app.key, { labels, sinceMs });
      this.metrics.gauge("fleetwright_drift_onset_timestamp_seconds", labels, sinceMs / 1000);
    }
    this.metrics.gauge("fleetwright_drift_age_seconds", labels, (now - sinceMs) / 1000);
  }

  private removeDrift(labels: Labels): void {
    this.metrics.removeGauge("fleetwright_drift_age_seconds", labels);
    this.metrics.removeGauge("fleetwright_drift_onset_timestamp_seconds", labels);
  }

  /** Lets the ages grow; called before metrics are read. */
  tick(): void {
    const now = this.clock.now();
    for (const { labels, sinceMs } of this.drift.values())
      this.metrics.gauge("fleetwright_drift_age_seconds", labels, (now - sinceMs) / 1000);
  }
}
