import { describe, expect, test } from "vitest";
import { missingRedis, RedisServer } from "../redis/redis-server.js";
import { playRedisRounds } from "./redis-rounds.js";
import { because, realServers } from "./requirements.js";
import { realClusters, simulatedClusters, type TestCluster } from "./test-cluster.js";

const { assets, missing } = realServers();
const withoutRedis = missingRedis();
const applications = Number(process.env["FLEETWRIGHT_E2E_APPLICATIONS"] ?? 30);

describe.skipIf(withoutRedis)(`three replicas that share renders in Redis${because(withoutRedis)}`, () => {
  const play = async (start: () => Promise<TestCluster>): Promise<void> => {
    const redis = await RedisServer.start();
    const cluster = await start();
    try {
      const report = await playRedisRounds({ cluster, redis, applications });
      process.stdout.write(`${JSON.stringify(report)}\n`);
      expect(report.forged, "forged entries were seen and refused").toBeGreaterThan(0);
      expect(report.hits, "renders were shared when all was well").toBeGreaterThan(0);
    } finally {
      await cluster.stop();
      await redis.kill();
    }
  };

  test("stay right while it is flushed, forged and killed in the middle, on the simulator", async () => {
    await play(() => simulatedClusters("redis"));
  }, 900_000);

  test.skipIf(missing)(
    `and on a real API server${because(missing)}`,
    async () => {
      await play(() => realClusters(assets)("redis"));
    },
    900_000,
  );
});
