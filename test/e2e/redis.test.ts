import { describe, expect, test } from "vitest";
import { missingRedis, RedisServer } from "../redis/redis-server.js";
import { playRedisRounds } from "./redis-rounds.js";
import { because, realServers } from "./requirements.js";
import { realClusters, simulatedClusters } from "./test-cluster.js";

const { assets, missing } = realServers();
const withoutRedis = missingRedis();
const applications = Number(process.env["FLEETWRIGHT_E2E_APPLICATIONS"] ?? 12);

describe.skipIf(withoutRedis)(`three replicas that share renders in Redis${because(withoutRedis)}`, () => {
  // Some minutes on either: the simulator stands in where there is no real server.
  const where = missing ? `the simulator${because(missing)}` : "a real API server";

  test(`stay right while it is flushed, forged and killed in the middle, on ${where}`, async () => {
    const redis = await RedisServer.start();
    const cluster = missing ? await simulatedClusters("redis") : await realClusters(assets)("redis");
    try {
      const report = await playRedisRounds({ cluster, redis, applications });
      process.stdout.write(`${JSON.stringify(report)}\n`);
      expect(report.forged, "forged entries were seen and refused").toBeGreaterThan(0);
      expect(report.hits, "renders were shared when all was well").toBeGreaterThan(0);
    } finally {
      await cluster.stop();
      await redis.kill();
    }
  }, 900_000);
});
