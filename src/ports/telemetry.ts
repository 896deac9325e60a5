export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Constant messages, variable fields; never a secret. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  with(fields: LogFields): Logger;
}

export type Labels = Readonly<Record<string, string>>;

/** Metric names follow Prometheus; a metric is declared in `adapters/prometheus` with its help and labels. */
export interface Metrics {
  count(name: string, labels?: Labels, by?: number): void;
  gauge(name: string, labels: Labels, value: number): void;
  /** Takes a series away, for example of an Application that is gone. */
  removeGauge(name: string, labels: Labels): void;
  /** Duration in seconds. */
  observe(name: string, labels: Labels, seconds: number): void;
}

/** Spans of what is under way; one begun within another is its child. */
export interface Tracer {
  span<T>(name: string, fields: LogFields, run: () => Promise<T>): Promise<T>;
}

export interface Telemetry {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Absent where nobody follows traces. */
  readonly tracer?: Tracer;
}

const none = () => {};

/** Says nothing: for tests and library use. */
export const silentTelemetry: Telemetry = {
  log: { debug: none, info: none, warn: none, error: none, with: () => silentTelemetry.log },
  metrics: { count: none, gauge: none, removeGauge: none, observe: none },
};
