import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { InvariantError } from "../../core/errors.js";
import type { Labels, Metrics } from "../../ports/telemetry.js";
import { metricTable } from "./metric-table.js";

export interface PrometheusMetrics extends Metrics {
  /** The text that /metrics answers. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics in Prometheus' text format; `process` adds those of Node itself. */
export function prometheusMetrics(options: { readonly process?: boolean } = {}): PrometheusMetrics {
  const registry = new Registry();
  if (options.process === true) collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, { kind, help, labels, buckets }] of Object.entries(metricTable)) {
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === "counter") counters.set(name, new Counter(common));
    else if (kind === "gauge") gauges.set(name, new Gauge(common));
    else histograms.set(name, new Histogram({ ...common, ...(buckets === undefined ? {} : { buckets: [...buckets] }) }));
  }
  const found = <T>(map: ReadonlyMap<string, T>, name: string): T => {
    const metric = map.get(name);
    if (metric === undefined) throw new InvariantError(`the metric ${name} is not declared`);
    return metric;
  };
  return {
    count: (name, labels: Labels = {}, by = 1) => found(counters, name).inc(labels, by),
    gauge: (name, labels, value) => found(gauges, name).set(labels, value),
    removeGauge: (name, labels) => found(gauges, name).remove(labels),
    observe: (name, labels, seconds) => found(histograms, name).observe(labels, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
