import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { timed } from "#src/engine/rooms/timed.js";
import { InputError } from "../../core/errors.js";
import { silentTelemetry } from "../../ports/telemetry.js";
import { systemClock } from "../clock/system-clock.js";
import { openTracing } from "./tracing.js";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
  delete process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];
});

interface SentSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

async function collector(): Promise<{ readonly url: string; readonly spans: SentSpan[] }> {
  const spans: SentSpan[] = [];
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
      };
      if (incoming.url === "/v1/traces")
        for (const { scopeSpans } of body.resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      answer.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

test("a reconcile is a span with the rooms below it, each reconcile a trace of its own; a failure says its code only", async () => {
  const { url, spans } = await collector();
  process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = url;
  const { tracer, close } = await openTracing({ serviceName: "fleetwright", instance: "fleet-0" });
  const telemetry = { ...silentTelemetry, tracer };
  const walk = (application: string): Promise<void> =>
    tracer.span("reconcile", { application }, async () => {
      await timed(telemetry, systemClock(), "render", async () => {});
      await timed(telemetry, systemClock(), "compare", async () => {
        throw new InputError("the password is hunter2", { code: "SOME_CODE" });
      });
    });
  await Promise.allSettled([walk("argocd/a"), walk("argocd/b")]);
  await close();
  const reconciles = spans.filter(({ name }) => name === "reconcile");
  expect(
    reconciles.map(({ attributes }) => attributes.find(({ key }) => key === "fleetwright.application")?.value.stringValue).sort(),
  ).toEqual(["argocd/a", "argocd/b"]);
  for (const { spanId } of reconciles)
    expect(spans.filter(({ parentSpanId }) => parentSpanId === spanId).map(({ name }) => name)).toEqual(["render", "compare"]);
  expect(spans.find(({ name }) => name === "compare")?.status).toMatchObject({ code: 2, message: "SOME_CODE" });
  expect(JSON.stringify(spans)).not.toContain("hunter2");
});
