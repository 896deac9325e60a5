import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "#src/adapters/clock/system-clock.js";
import { type RedisCache, redisCache } from "#src/adapters/redis/redis-cache.js";
import { sealedCache } from "#src/adapters/redis/sealed-cache.js";
import { missingRedis, RedisServer } from "./redis-server.js";

const missing = missingRedis();
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();

describe.skipIf(missing)(`a sealed cache in a real Redis${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let server: RedisServer;
  let cache: RedisCache;

  beforeAll(async () => {
    server = await RedisServer.start();
    cache = await redisCache({ url: server.url, clock: systemClock() });
    await untilConnected();
  });

  afterAll(async () => {
    await cache?.close();
    server?.resume();
    await server?.kill();
  });

  const untilConnected = async (): Promise<void> => {
    const probe = sealedCache(cache, { secret: "probe" });
    for (let tries = 0; tries < 400; tries++) {
      await probe.set("probe", Buffer.from("x"));
      if (text(await probe.get("probe")) === "x") return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("the cache does not connect");
  };

  test("what one process keeps another one with the same secret finds; one with another secret does not", async () => {
    const sealed = sealedCache(cache, { secret: "s3cret" });
    await sealed.set("render of web", Buffer.from("manifests"));
    expect(text(await sealedCache(cache, { secret: "s3cret" }).get("render of web"))).toBe("manifests");
    expect(await sealedCache(cache, { secret: "other" }).get("render of web")).toBeUndefined();
  });

  test("each command is told with its time and whether it failed; a cache that is not asked tells nothing", async () => {
    const told: [string, boolean][] = [];
    const watched = await redisCache({
      url: server.url,
      clock: systemClock(),
      onRequest: (command, seconds, failed) => {
        expect(seconds).toBeGreaterThanOrEqual(0);
        told.push([command, failed]);
      },
    });
    for (let tries = 0; tries < 400 && told.at(-1)?.[1] !== false; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      await watched.set("a", Buffer.from("b"));
    }
    told.length = 0;
    await watched.get("a");
    await watched.delete("a");
    expect(told).toEqual([
      ["get", false],
      ["del", false],
    ]);
    await watched.close();
  });

  test("neither names nor values can be read on the server", async () => {
    const sealed = sealedCache(cache, { secret: "s3cret" });
    await sealed.set("render of the payments app", Buffer.from("password: hunter2"));
    for (const name of await server.keys()) {
      expect(name).not.toContain("payments");
      expect(await server.command("GET", name)).not.toContain("hunter2");
    }
  });

  test("an entry that was changed, cut, replaced by garbage or moved to another name is a miss, and told", async () => {
    await server.command("FLUSHALL");
    let forged = 0;
    const sealed = sealedCache(cache, { secret: "s3cret", onForged: () => void forged++ });
    await sealed.set("a", Buffer.from("of a"));
    const [nameOfA = ""] = await server.keys();
    await sealed.set("b", Buffer.from("of b"));
    const nameOfB = (await server.keys()).find((name) => name !== nameOfA)!;
    await server.command("SETRANGE", nameOfA, "20", "x");
    expect(await sealed.get("a")).toBeUndefined();
    await server.command("SET", nameOfA, "garbage");
    expect(await sealed.get("a")).toBeUndefined();
    await server.command("COPY", nameOfB, nameOfA, "REPLACE");
    expect(await sealed.get("a")).toBeUndefined();
    expect(text(await sealed.get("b"))).toBe("of b");
    expect(forged).toBe(3);
  });

  test("a server that stands still costs a few short waits and then none; when it is back it is used again", async () => {
    const failures: unknown[] = [];
    const slow = await redisCache({
      url: server.url,
      clock: systemClock(),
      timeoutMs: 50,
      onFailure: (error) => failures.push(error),
    });
    for (let tries = 0; (await slow.get("fleetwright:nothing")) === undefined && tries < 20; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    server.pause();
    failures.length = 0;
    for (let calls = 0; calls < 100; calls++) expect(await slow.get("x")).toBeUndefined();
    // The breaker lets one through each pause: far from a hundred waits.
    expect(failures.length).toBeLessThan(20);
    server.resume();
    await slow.close();
    await untilConnected();
  });

  test("a server that was killed is a miss, and found again when it is back", async () => {
    const sealed = sealedCache(cache, { secret: "s3cret" });
    await server.kill();
    expect(await sealed.get("a")).toBeUndefined();
    await sealed.set("a", Buffer.from("lost"));
    await server.run();
    await untilConnected();
    expect(await sealed.get("a")).toBeUndefined();
    await sealed.set("a", Buffer.from("again"));
    expect(text(await sealed.get("a"))).toBe("again");
  });
});
