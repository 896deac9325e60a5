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
const routes: ControllerRoutes = { controller, metrics: async () => "", contentType: "text/plain", log: silentTelemetry.log };
const app = controllerRoutes(routes);

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

test("the largest webhook is what the settings say at the time", async () => {
  let most = 10;
  const own = controllerRoutes({ ...routes, mostWebhookBytes: () => most });
  const send = async () => (await own.request("/api/webhook", { method: "POST", body: "x".repeat(11) })).status;
  expect(await send()).toBe(413);
  most = 11;
  expect(await send()).toBe(200);
});

test("a flood of large bodies is given up from the largest on, and small webhooks are taken meanwhile", async () => {
  const own = controllerRoutes({ ...routes, mostWebhookBytes: () => 8 << 20, mostHeldWebhookBytes: 16 << 20 });
  const senders: ReadableStreamDefaultController<Uint8Array>[] = [];
  const answers = Array.from({ length: 4 }, () => {
    const body = new ReadableStream<Uint8Array>({ start: (sender) => void senders.push(sender) });
    return own.request("/api/webhook", { method: "POST", body, duplex: "half" } as RequestInit);
  });
  for (const [index, sender] of senders.entries()) sender.enqueue(new Uint8Array((4 << 20) + (index << 10)));
  const refused = await answers[3]!;
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
  expect((await own.request("/api/webhook", { method: "POST", body: "{}" })).status).toBe(200);
  for (const sender of senders.slice(0, 3)) sender.close();
  const statuses = await Promise.all(answers.slice(0, 3).map(async (answer) => (await answer).status));
  expect(statuses).toEqual([200, 200, 200]);
  // All of it was let go: as much fits again.
  const again = await Promise.all(
    [7, 7].map(async (mebibytes) => {
      const body = new Uint8Array(mebibytes << 20);
      return (await own.request("/api/webhook", { method: "POST", body })).status;
    }),
  );
  expect(again).toEqual([200, 200]);
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
