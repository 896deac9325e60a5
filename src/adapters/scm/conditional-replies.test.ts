import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.js";
import { ConditionalReplies } from "./conditional-replies.js";
import { createScmHttp } from "./scm-http.js";

test("a tagged reply is asked for again with its tag, by the same asker only; the host's budget is shown", async () => {
  const seen: (string | undefined)[] = [];
  let version = 1;
  const server = createServer((incoming, answer) => {
    const etag = `"v${version}"`;
    seen.push(incoming.headers["if-none-match"]);
    const budget = { "x-ratelimit-remaining": String(60 - seen.length), "x-ratelimit-limit": "60", etag };
    if (incoming.headers["if-none-match"] === etag) answer.writeHead(304, budget).end();
    else answer.writeHead(200, { ...budget, "content-type": "application/json" }).end(`{"version":${version}}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const counted: string[] = [];
  const gauges = new Map<string, number>();
  const metrics = {
    count: (_: string, labels?: Readonly<Record<string, string>>) => void counted.push(labels?.["status"] ?? ""),
    gauge: (name: string, _: unknown, value: number) => void gauges.set(name, value),
  };
  const conditional = new ConditionalReplies();
  const as = (token: string) =>
    createScmHttp({ origin, clock: manualClock(), headers: { authorization: token }, conditional, metrics });
  try {
    const ask = async (token: string): Promise<unknown> => (await as(token).request(`${origin}/repos`)).body;
    expect(await ask("a")).toEqual({ version: 1 });
    expect(await ask("a")).toEqual({ version: 1 });
    expect(await ask("b")).toEqual({ version: 1 });
    version = 2;
    expect(await ask("a")).toEqual({ version: 2 });
    expect(seen).toEqual([undefined, '"v1"', undefined, '"v1"']);
    expect(counted).toEqual(["200", "304", "200", "200"]);
    expect(gauges.get("fleetwright_provider_budget_remaining")).toBe(56);
    expect(gauges.get("fleetwright_provider_budget_limit")).toBe(60);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
