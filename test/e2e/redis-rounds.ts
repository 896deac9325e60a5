import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { expect } from "vitest";
import { createFleetRepository } from "#src/apps/demo/fleet-repository.js";
import { applyAll } from "#src/apps/demo/hub.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import type { RedisServer } from "../redis/redis-server.js";
import { ControllerProcess } from "./controller-process.js";
import { announce, applicationSet, isSyncedAt, listApplications } from "./replica-rounds.js";
import type { TestCluster } from "./test-cluster.js";
import { fleetPollMs, installControlPlane, until } from "./workbench.js";

export interface RedisRounds {
  readonly cluster: TestCluster;
  readonly redis: RedisServer;
  readonly applications: number;
}

export interface RedisReport {
  /** Entries that a replica refused to use. */
  readonly forged: number;
  /** Renders that a replica took from another one, or from before its restart. */
  readonly hits: number;
}

const mostTries = 5;
const patienceMs = Number(process.env["FLEETWRIGHT_E2E_PATIENCE_SECONDS"] ?? 240) * 1000;

/**
 * Three controllers share renders in a Redis that is emptied, forged and killed in the middle of roll-outs. After each of them every Application is
 * Synced at the commit, and every cluster object says what that commit says: a cache decides how long it takes, never what comes of it.
 */
export async function playRedisRounds({ cluster, redis, applications }: RedisRounds): Promise<RedisReport> {
  const directory = await mkdtemp(join(tmpdir(), "fleetwright-redis-"));
  const controllerOf = (number: number): ControllerProcess =>
    new ControllerProcess({
      name: `fleet-${number}`,
      directory,
      connection: cluster.connection,
      env: { ARGOCD_CONTROLLER_REPLICAS: "3", ARGOCD_SYNC_WAVE_DELAY: "0", FLEETWRIGHT_CACHE_SECRET: "of the test" },
      args: ["--lease-seconds", "15", "--redis", redis.url],
    });
  let controllers = [0, 1, 2].map(controllerOf);
  try {
    await installControlPlane(cluster.client);
    const repository = await createFleetRepository(join(directory, "repository"));
    const commit = async (at: string): Promise<string> => {
      const id = await repository.commit(at, filesOf(applications, at));
      if (controllers[0]?.url !== undefined) await announce(controllers[0], repository);
      return id;
    };
    const synced = async (id: string): Promise<number> =>
      (await listApplications(cluster.client)).filter((app) => isSyncedAt(app, id)).length;
    const logs = (): string => controllers.map(({ name, log }) => `${name}: ${log.slice(-3_000)}`).join("\n");
    const begun = (id: string): Promise<void> =>
      until(
        () => `nothing of ${id} is taken up. ${logs()}`,
        async () => (await synced(id)) > 0,
        patienceMs,
      );
    const right = async (id: string, at: string): Promise<void> => {
      await until(
        () => `not all are Synced at commit ${at}. ${logs()}`,
        async () => (await synced(id)) === applications,
        patienceMs,
        fleetPollMs / 2,
      );
      expect(await wrong(cluster.client, applications, at), `what commit ${at} says is what is there`).toEqual([]);
    };

    const first = await commit("1");
    for (const controller of controllers) await controller.start();
    await applyAll(cluster.client, applicationSet(repository.url, applications));
    await right(first, "1");
    await until(
      () => "the renders are not shared",
      async () => (await redis.keys()).length >= applications,
      patienceMs,
    );

    const second = await commit("2");
    await begun(second);
    await redis.command("FLUSHALL");
    await right(second, "2");

    const third = await repository.commit("3", filesOf(applications, "3"));
    const startAnew = async (): Promise<void> => {
      for (const controller of controllers) await controller.stop();
      controllers = [0, 1, 2].map(controllerOf);
      for (const controller of controllers) await controller.start();
      await until(
        () => `not all have started. ${logs()}`,
        async () => controllers.every(({ url }) => url !== undefined),
        patienceMs,
      );
    };
    // Everything is forged while nobody has a render of its own: each replica starts anew and asks the cache. A cache that is slower than rendering is
    // not waited for, so on a busy machine that may take several times.
    let forged = 0;
    for (let tries = 0; tries < mostTries && forged === 0; tries++) {
      await forge(redis);
      await startAnew();
      await right(third, "3");
      forged = await counted(controllers, "fleetwright_shared_cache_failures_total", 'reason="forged"');
    }

    const fourth = await commit("4");
    await begun(fourth);
    await redis.kill();
    await right(fourth, "4");

    await redis.run();
    // Whoever was cut off tries again within seconds, and what is rendered before that is not shared: it may take more than one commit.
    let last = "";
    await until(
      () => "the renders are not shared again",
      async () => {
        last = `after ${Date.now()}`;
        await right(await commit(last), last);
        return (await redis.keys()).length > 0;
      },
      patienceMs,
      fleetPollMs,
    );
    let hits = 0;
    for (let tries = 0; tries < mostTries && hits === 0; tries++) {
      const unrelated = await repository.commit(`elsewhere ${tries}`, { "README.md": `elsewhere ${tries}\n` });
      await startAnew();
      await until(
        () => `not all know the last commit. ${logs()}`,
        async () => (await revisions(cluster.client)).every((revision) => revision === unrelated),
        patienceMs,
      );
      hits = await counted(controllers, "fleetwright_shared_cache_requests_total", 'result="hit"');
    }
    expect(await wrong(cluster.client, applications, last)).toEqual([]);
    return { forged, hits };
  } finally {
    for (const controller of controllers) await controller.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What somebody may do who can write to the cache: entries under another's name, bytes changed, other manifests. */
async function forge(redis: RedisServer): Promise<void> {
  const keys = await redis.keys();
  for (const [index, key] of keys.entries()) {
    if (index % 3 === 0) await redis.command("COPY", keys[(index + 1) % keys.length]!, key, "REPLACE");
    if (index % 3 === 1) await redis.command("SETRANGE", key, "40", "evil");
    if (index % 3 === 2)
      await redis.command("SET", key, '{"format":1,"manifests":[{"kind":"Secret","metadata":{"name":"evil"}}]}');
  }
}

async function wrong(client: ClusterPort, applications: number, at: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let index = 0; index < applications; index++) {
    const name = `app-${index}`;
    const map = await client.get({ apiVersion: "v1", kind: "ConfigMap", namespace: name, name: "config" });
    const is = (map?.["data"] as Readonly<Record<string, string>> | undefined)?.["at"];
    if (is !== `${name} ${at}`) found.push(`${name}: ${is}`);
  }
  return found;
}

async function revisions(client: ClusterPort): Promise<readonly unknown[]> {
  return (await listApplications(client)).map(
    (app) => (app["status"] as { readonly sync?: { readonly revision?: string } } | undefined)?.sync?.revision,
  );
}

/** What the controllers have counted together, once it is something; 0 where they count nothing within ten seconds. */
async function counted(controllers: readonly ControllerProcess[], metric: string, label: string): Promise<number> {
  for (let looks = 0; looks < 20; looks++) {
    const total = await sum(controllers, metric, label);
    if (total > 0) return total;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return 0;
}

async function sum(controllers: readonly ControllerProcess[], metric: string, label: string): Promise<number> {
  let total = 0;
  for (const { url } of controllers) {
    const text = await (await request(`${url}/metrics`)).body.text();
    for (const line of text.split("\n"))
      if (line.startsWith(`${metric}{`) && line.includes(label)) total += Number(line.split(" ").at(-1));
  }
  return total;
}

/** Every Application's object names it, so that another one's render would show. */
function filesOf(applications: number, at: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: applications }, (_, index) => [
      `app-${index}/config.yaml`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata: {at: "app-${index} ${at}"}\n`,
    ]),
  );
}
