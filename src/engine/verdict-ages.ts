import { stringAt } from "../core/manifest/value.js";
import { parseRfc3339Ms } from "../core/tracking/application-flags.js";
import type { Clock } from "../ports/clock.js";
import type { Metrics } from "../ports/telemetry.js";
import type { Application } from "./application.js";

const metric = "fleetwright_verdict_age_seconds";

/** When each Application was compared for the last time, as a metric that grows. */
export class VerdictAges {
  private readonly seen = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly atMs: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  compared(app: Application): void {
    this.keep(app, this.clock.now());
  }

  /** What a status says of an Application that this process has not compared yet. */
  know(app: Application): void {
    if (this.seen.has(app.key)) return;
    const atMs = parseRfc3339Ms(stringAt(app.status, "reconciledAt"));
    if (atMs !== undefined) this.keep(app, atMs);
  }

  forget(key: string): void {
    const known = this.seen.get(key);
    this.seen.delete(key);
    if (known !== undefined) this.metrics.removeGauge(metric, known.labels);
  }

  tick(): void {
    const now = this.clock.now();
    for (const { labels, atMs } of this.seen.values()) this.metrics.gauge(metric, labels, Math.max(0, (now - atMs) / 1000));
  }

  private keep(app: Application, atMs: number): void {
    const known = this.seen.get(app.key);
    const labels = { namespace: app.namespace, name: app.name, project: app.project };
    if (known !== undefined && known.labels["project"] !== app.project) this.metrics.removeGauge(metric, known.labels);
    this.seen.set(app.key, { labels: known?.labels["project"] === app.project ? known.labels : labels, atMs });
  }
}
