import { expect, test } from "vitest";
import { playKillRounds } from "./kill-rounds.js";
import { because, realServers } from "./requirements.js";
import { realClusters } from "./test-cluster.js";

const { assets, missing } = realServers();
const kills = Number(process.env["FLEETWRIGHT_KILLS"] ?? 20);

test.skipIf(missing)(
  `a controller killed ${kills} times between the writes of a sync, on a real API server: no hook runs twice, nothing is lost${because(missing)}`,
  async () => {
    const cluster = await realClusters(assets)("kill");
    try {
      const report = await playKillRounds(cluster, kills);
      process.stdout.write(`${JSON.stringify(report)}\n`);
      expect(report.kills).toBe(kills);
    } finally {
      await cluster.stop();
    }
  },
  1_800_000,
);
