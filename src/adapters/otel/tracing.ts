import { AsyncLocalStorage } from "node:async_hooks";
import type { Span } from "@opentelemetry/api";
import { FleetwrightError, InputError } from "../../core/errors.js";
import type { LogFields, Tracer } from "../../ports/telemetry.js";

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left; resolves also where nobody takes it. */
  close(): Promise<void>;
}

export interface TracingOptions {
  readonly serviceName: string;
  /** Of this process, such as its pod's name. */
  readonly instance: string;
}

/**
 * Traces to an OpenTelemetry collector (OTLP over HTTP). Where it is, which headers it wants and how much is sampled is read by the SDK from the
 * standard variables: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER, …
 */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const [{ ROOT_CONTEXT, SpanStatusCode, trace }, { BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, resources] =
    await load();
  const provider = new BasicTracerProvider({
    resource: resources.resourceFromAttributes({
      "service.name": options.serviceName,
      "service.instance.id": options.instance,
    }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer("fleetwright");
  const parents = new AsyncLocalStorage<Span>();
  return {
    tracer: {
      async span(name, fields, run) {
        const parent = parents.getStore();
        const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
        const span = tracer.startSpan(name, { attributes: attributesOf(fields) }, context);
        try {
          return await parents.run(span, run);
        } catch (error) {
          // The message may quote a user's file; the code says enough here.
          span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof FleetwrightError ? error.code : "error" });
          throw error;
        } finally {
          span.end();
        }
      },
    },
    close: () => provider.shutdown().catch(() => {}),
  };
}

async function load() {
  try {
    return await Promise.all([
      import("@opentelemetry/api"),
      import("@opentelemetry/sdk-trace-base"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
    ]);
  } catch (cause) {
    throw new InputError("OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages of OpenTelemetry are not installed", {
      code: "TRACING_PACKAGES",
      hint: "install the optional dependencies of fleetwright, or unset it",
      cause,
    });
  }
}

function attributesOf(fields: LogFields): Record<string, string | number | boolean> {
  const entries = Object.entries(fields).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [`fleetwright.${name}`, value]));
}
