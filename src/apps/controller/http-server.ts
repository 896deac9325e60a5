import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { FleetwrightError } from "../../core/errors.js";
import { parseGoDurationMs } from "../../core/tracking/go-duration.js";
import type { Controller } from "../../engine/controller.js";
import type { Logger } from "../../ports/telemetry.js";
import { WebhookBodies } from "./webhook-bodies.js";

export interface ControllerServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface ControllerRoutes {
  readonly controller: Pick<Controller, "isReady" | "webhook" | "drift" | "queued">;
  /** Passes a webhook that was taken on to the other replicas. */
  readonly relay?: (headers: Readonly<Record<string, string>>, body: Uint8Array, about: string) => void;
  readonly metrics: () => Promise<string>;
  readonly contentType: string;
  readonly log: Logger;
  /** The largest webhook that is taken (argocd-cm `webhook.maxPayloadSizeMB`); default 50 MiB. */
  readonly mostWebhookBytes?: () => number;
  /** How much of webhooks whose sender is not proved yet is held at once; default 100 MiB. */
  readonly mostHeldWebhookBytes?: number;
  /** Further routes on the same port: the page and its API. */
  readonly page?: Hono;
}

const refusals: Readonly<Partial<Record<string, 401 | 409>>> = { WEBHOOK_SIGNATURE: 401, WEBHOOK_REPLAYED: 409 };
const unread = {
  tooLarge: { status: 413, error: "the body is too large" },
  crowded: { status: 503, error: "too much is being received at once; send it again" },
  late: { status: 408, error: "the body did not come in time" },
} as const;
const mib = 1024 * 1024;
const bodyTimeoutMs = 30_000;

/** `/metrics`, `/healthz`, `/readyz`, `/api/webhook`, `/api/v1/drift` and `/api/v1/queue`. */
export function controllerRoutes(options: ControllerRoutes): Hono {
  const { controller, metrics, contentType, log, page, relay } = options;
  const app = new Hono();
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", (context) => (controller.isReady ? context.text("ok\n") : context.text("not ready\n", 503)));
  app.get("/metrics", async (context) => context.body(await metrics(), 200, { "content-type": contentType }));
  const bodies = new WebhookBodies({
    mostBytes: options.mostWebhookBytes ?? (() => 50 * mib),
    mostHeldBytes: options.mostHeldWebhookBytes ?? 100 * mib,
    timeoutMs: bodyTimeoutMs,
  });
  app.post("/api/webhook", async (context) => {
    const received = await bodies.read(context.req.raw);
    if (received.kind !== "read") {
      const { status, error } = unread[received.kind];
      log.warn("a webhook was not read", { why: received.kind });
      return context.json({ error }, status, { connection: "close", ...(status === 503 ? { "retry-after": "2" } : {}) });
    }
    const body = received.bytes;
    try {
      const headers = Object.fromEntries(context.req.raw.headers.entries());
      const told = await controller.webhook(headers, body);
      if (told.repositories.length > 0) relay?.(headers, body, told.repositories.join(" "));
      return context.json(told);
    } catch (error) {
      if (!(error instanceof FleetwrightError) || error.kind !== "input") throw error;
      log.warn("a webhook was refused", { code: error.code });
      return context.json({ error: error.message }, refusals[error.code] ?? 400);
    } finally {
      received.release();
    }
  });
  app.get("/api/v1/drift", (context) => {
    const query = context.req.query();
    const minAgeMs = query["for"] === undefined ? 0 : parseGoDurationMs(query["for"]);
    if (minAgeMs === undefined) return context.json({ error: "for is not a duration, such as 15m" }, 400);
    const asked = Object.entries(query).filter(([name]) => ["project", "env", "cluster", "cause"].includes(name));
    return context.json({ episodes: controller.drift({ ...Object.fromEntries(asked), minAgeMs }) });
  });
  app.get("/api/v1/queue", (context) => context.json(controller.queued()));
  if (page) app.route("/", page);
  return app;
}

/** Serves the routes; resolves when the port is open. */
export async function serveController(
  options: ControllerRoutes & { readonly port: number; readonly host: string },
): Promise<ControllerServer> {
  const app = controllerRoutes(options);
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: options.port, hostname: options.host }, (address: AddressInfo) => {
      const host = options.host === "0.0.0.0" ? "127.0.0.1" : options.host;
      resolve({
        url: `http://${host}:${address.port}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            (server as unknown as { closeAllConnections?: () => void }).closeAllConnections?.();
          }),
      });
    });
  });
}
