import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningController, runController } from "#src/apps/controller/run-controller.js";
import { objectAt, stringAt } from "#src/core/manifest/value.js";
import { application, type Fleet, isSettled, startFleet } from "../engine/fleet-fixture.js";
import { missingRedis, RedisServer } from "./redis-server.js";

const missing = missingRedis();
const names = ["one", "two", "three", "four"];
const filesAt = (at: string): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => [
      `${name}/config.yaml`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata: {at: "${at}", big: "${"x".repeat(100)}"}\n`,
    ]),
  );

describe.skipIf(missing)(`a controller with a shared cache${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let fleet: Fleet;
  let redis: RedisServer;
  const folders: string[] = [];
  const running: RunningController[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    fleet = await startFleet({ clusters: ["here"], files: filesAt("0") });
  });

  afterAll(async () => {
    for (const controller of running) await controller.stop();
    await fleet?.close();
    await redis?.kill();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<RunningController> => {
    const hub = fleet.simulators.get("hub")!;
    const folder = mkdtempSync(join(tmpdir(), "fleetwright-shared-"));
    folders.push(folder);
    const controller = await runController({
      connection: { server: hub.url, bearerToken: hub.token },
      dataDir: folder,
      allowFileRepositories: true,
      waveDelayMs: 0,
      sharedCache: { url: redis.url, secret: "of the test" },
    });
    running.push(controller);
    return controller;
  };
  const stop = async (controller: RunningController): Promise<void> => {
    running.splice(running.indexOf(controller), 1);
    await controller.stop();
  };
  const count = async (controller: RunningController, metric: string): Promise<number> =>
    (await controller.metrics())
      .split("\n")
      .filter((line) => line.startsWith(metric) && !line.startsWith("#"))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  const settledAt = async (controller: RunningController, commit: string, at: string): Promise<void> => {
    await controller.controller.pollRepositories();
    for (const name of names) {
      await fleet.until(
        name,
        (app) => isSettled(app) && stringAt(objectAt(objectAt(app, "status"), "sync"), "revision") === commit,
      );
      const map = await fleet.cluster("here").get({ apiVersion: "v1", kind: "ConfigMap", namespace: name, name: "config" });
      expect((map!["data"] as Record<string, string>)["at"], name).toBe(at);
    }
  };

  test("verdicts stay right while Redis is used, flushed, poisoned, killed and back; a restart renders nothing again", async () => {
    let controller = await start();
    const commit = (at: string): string => fleet.commit(filesAt(at));
    const first = commit("1");
    for (const name of names) await fleet.apply(application(name, { cluster: "here" }));
    await settledAt(controller, first, "1");
    for (let tries = 0; (await redis.keys()).length < names.length && tries < 200; tries++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect((await redis.keys()).length).toBe(names.length);

    await stop(controller);
    controller = await start();
    const unrelated = fleet.commit({ "README.md": "elsewhere\n" });
    await settledAt(controller, unrelated, "1");
    expect(await count(controller, 'fleetwright_shared_cache_requests_total{result="hit"}')).toBe(names.length);

    await redis.command("FLUSHALL");
    await settledAt(controller, commit("2"), "2");

    // What an attacker may do: entries of the one under the name of the other, bytes changed, garbage.
    const [a = "", b = "", c = "", d = ""] = await redis.keys();
    await redis.command("COPY", a, b, "REPLACE");
    await redis.command("SETRANGE", c, "40", "evil");
    await redis.command("SET", d, '{"format":1,"manifests":[{"apiVersion":"v1","kind":"Secret","metadata":{"name":"evil"}}]}');
    await stop(controller);
    controller = await start();
    await settledAt(controller, fleet.commit({ "README.md": "elsewhere again\n" }), "2");
    expect(await count(controller, 'fleetwright_shared_cache_failures_total{reason="forged"}')).toBe(3);

    await redis.kill();
    await settledAt(controller, commit("3"), "3");
    await redis.run();
    await settledAt(controller, commit("4"), "4");
  }, 120_000);
});
