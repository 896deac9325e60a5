import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ExternalError } from "../../core/errors.js";
import { Transport } from "./transport.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers when it is told to, and what it has received. */
async function slowServer() {
  const received: string[] = [];
  const answers: (() => void)[] = [];
  const server = createServer((incoming, answer) => {
    received.push(`${incoming.method} ${incoming.url}`);
    answers.push(() => answer.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const until = async (count: number): Promise<void> => {
    while (received.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, answers, until };
}

test("a write that waited for a free connection is refused when the fence has closed meanwhile; a read is not", async () => {
  const server = await slowServer();
  let closed: Error | undefined;
  const transport = new Transport({ server: server.url }, { connections: 1, timeoutMs: 5_000, fence: () => closed });
  const first = transport.request("PUT", "/first", { body: {} });
  const second = transport.request("PUT", "/second", { body: {} });
  const read = transport.request("GET", "/read");
  const outcome = second.then(
    () => "written",
    (error: unknown) => (error instanceof ExternalError ? error.code : error),
  );
  await server.until(1);
  closed = new ExternalError("too late", { code: "REPLICA_FENCED" });
  server.answers[0]!();
  await first;
  expect(await outcome).toBe("REPLICA_FENCED");
  await server.until(2);
  server.answers[1]!();
  await read;
  expect(server.received).toEqual(["PUT /first", "GET /read"]);
  await transport.close();
});
