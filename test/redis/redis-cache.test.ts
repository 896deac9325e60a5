import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "#src/adapters/clock/system-clock.js";
import { type RedisCache, redisCache } from "#src/adapters/redis/redis-cache.js";
import { sealedCache } from "#src/adapters/redis/sealed-cache.js";
import { freePort, missingRedis, RedisServer } from "./redis-server.js";

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

  test("an entry that was made into a list or blown up is a miss, is not read whole, and the others go on", async () => {
    let forged = 0;
    const patient = await redisCache({ url: server.url, clock: systemClock(), timeoutMs: 20_000 });
    for (let tries = 0; tries < 400 && (await patient.get("a")) === undefined; tries++) {
      await patient.set("a", Buffer.from("b"));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const sealed = sealedCache(patient, { secret: "s3cret", onForged: () => void forged++ });
    await server.command("FLUSHALL");
    await sealed.set("a", Buffer.from("of a"));
    const [nameOfA = ""] = await server.keys();
    await sealed.set("b", Buffer.from("of b"));
    await server.command("DEL", nameOfA);
    await server.command("RPUSH", nameOfA, "x");
    for (let times = 0; times < 10; times++) expect(await sealed.get("a")).toBeUndefined();
    expect(forged).toBe(10);
    expect(text(await sealed.get("b"))).toBe("of b");
    await server.command("DEL", nameOfA);
    // 400 MB, of which the server keeps almost nothing in memory until it is asked.
    await server.command("SETRANGE", nameOfA, String(400_000_000), "x");
    const before = process.memoryUsage().arrayBuffers;
    expect(await sealed.get("a")).toBeUndefined();
    // 64 MiB as they come, as they are put together and as they are handed over; the whole would be 400 MB each time.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300_000_000);
    await patient.close();
    await server.command("FLUSHALL");
    await untilConnected();
  });

  test("a server with a password is used by who knows it, and is a miss for others", async () => {
    const guarded = await RedisServer.start(["--requirepass", "hunter2"]);
    const told: string[] = [];
    const open = (password?: string) =>
      redisCache({
        url: guarded.url,
        clock: systemClock(),
        ...(password === undefined ? {} : { password }),
        onFailure: (error) => told.push(String(error)),
      });
    const [right, wrong] = [await open("hunter2"), await open("hunter3")];
    try {
      for (let tries = 0; tries < 400 && (await right.get("a")) === undefined; tries++) {
        await right.set("a", Buffer.from("b"));
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      expect(text(await right.get("a"))).toBe("b");
      expect(await wrong.get("a")).toBeUndefined();
      expect(told.join()).not.toContain("hunter");
    } finally {
      await right.close();
      await wrong.close();
      await guarded.kill();
    }
  });

  test("a server with TLS is trusted by the certificates that are given, and by no others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fleetwright-redis-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    spawnSync("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      cert,
      ...subject,
    ]);
    const tlsPort = await freePort();
    const tls = ["--tls-port", String(tlsPort), "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert];
    const guarded = await RedisServer.start([...tls, "--tls-auth-clients", "no"]);
    const url = `rediss://127.0.0.1:${tlsPort}`;
    const failures: string[] = [];
    const right = await redisCache({ url, clock: systemClock(), ca: readFileSync(cert, "utf8") });
    const wrong = await redisCache({ url, clock: systemClock(), onFailure: (error) => failures.push(String(error)) });
    try {
      for (let tries = 0; tries < 400 && (await right.get("a")) === undefined; tries++) {
        await right.set("a", Buffer.from("b"));
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      expect(text(await right.get("a"))).toBe("b");
      expect(await wrong.get("a")).toBeUndefined();
      expect(failures.join()).toMatch(/certificate/);
    } finally {
      await right.close();
      await wrong.close();
      await guarded.kill();
      rmSync(folder, { recursive: true, force: true });
    }
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
