import { setImmediate } from "node:timers/promises";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { InvariantError } from "../../core/errors.js";
import type { Labels, Metrics } from "../../ports/telemetry.js";
import { metricTable } from "./metric-table.js";
import { Series } from "./series.js";

export interface PrometheusMetrics extends Metrics {
  /** The text that /metrics answers. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics in Prometheus' text format; `process` adds those of Node itself. */
export function prometheusMetrics(options: { readonly process?: boolean } = {}): PrometheusMetrics {
  const registry = new Registry();
  if (options.process === true) collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Series>();
  const gauges = new Map<string, Series>();
  const histograms = new Map<string, Histogram>();
  for (const [name, declaration] of Object.entries(metricTable)) {
    const { kind, help, labels, buckets } = declaration;
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === "counter") counters.set(name, new Series(name, declaration));
    else if (kind === "gauge") gauges.set(name, new Series(name, declaration));
    else histograms.set(name, new Histogram({ ...common, ...(buckets === undefined ? {} : { buckets: [...buckets] }) }));
  }
  const found = <T>(map: ReadonlyMap<string, T>, name: string): T => {
    const metric = map.get(name);
    if (metric === undefined) throw new InvariantError(`the metric ${name} is not declared`);
    return metric;
  };
  return {
    count: (name, labels: Labels = {}, by = 1) => found(counters, name).add(labels, by),
    gauge: (name, labels, value) => found(gauges, name).set(labels, value),
    removeGauge: (name, labels) => found(gauges, name).remove(labels),
    observe: (name, labels, seconds) => found(histograms, name).observe(labels, seconds),
    async text() {
      const parts = [await registry.metrics(), "\n"];
      for (const series of [...counters.values(), ...gauges.values()])
        for (const piece of series.pieces()) {
          parts.push(piece);
          // A scrape must not hold up what a push has caused.
          await setImmediate();
        }
      return parts.join("");
    },
    contentType: registry.contentType,
  };
}
