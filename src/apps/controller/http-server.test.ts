import { expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import { silentTelemetry } from "../../ports/telemetry.js";
import { type ControllerRoutes, controllerRoutes } from "./http-server.js";

const seen: number[] = [];
const controller: ControllerRoutes["controller"] = {
  isReady: true,
  drift: (filter) => [{ ...filter }],
  queued: () => ({ replica: "", applications: [], applicationSets: [] }),
  webhook: async (_headers, body) => {
    seen.push(body.length);
    return { repositories: [], followed: false };
  },
};
const app = controllerRoutes({
  controller,
  metrics: async () => "",
  contentType: "text/plain",
  log: silentTelemetry.log,
});

/** Bytes without a length, as a sender may give them. */
function endless(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      left -= 1 << 20;
      controller.enqueue(new Uint8Array(1 << 20));
    },
  });
}

test("a webhook with a larger body than 50 MiB is refused unread, whether it says its length or not", async () => {
  const said = await app.request("/api/webhook", { method: "POST", headers: { "content-length": String(51 << 20) }, body: "x" });
  expect(said.status).toBe(413);
  const streamed = await app.request("/api/webhook", { method: "POST", body: endless(60 << 20), duplex: "half" } as RequestInit);
  expect(streamed.status).toBe(413);
  expect(seen).toEqual([]);
  expect((await app.request("/api/webhook", { method: "POST", body: "{}" })).status).toBe(200);
  expect(seen).toEqual([2]);
});

test("forged webhooks are answered with 401, replayed ones with 409, others that cannot be read with 400", async () => {
  for (const [code, status] of [
    ["WEBHOOK_SIGNATURE", 401],
    ["WEBHOOK_REPLAYED", 409],
    ["WEBHOOK_BODY", 400],
  ] as const) {
    const refusing = controllerRoutes({
      controller: { ...controller, webhook: () => Promise.reject(new InputError("no", { code })) },
      metrics: async () => "",
      contentType: "text/plain",
      log: silentTelemetry.log,
    });
    expect((await refusing.request("/api/webhook", { method: "POST", body: "{}" })).status).toBe(status);
  }
});

test("drift is asked for by age, project, environment, cluster and cause; a bad duration is refused", async () => {
  const found = await app.request("/api/v1/drift?for=15m&env=prod&unknown=1");
  expect(await found.json()).toEqual({ episodes: [{ minAgeMs: 900_000, env: "prod" }] });
  expect((await app.request("/api/v1/drift?for=soon")).status).toBe(400);
});
