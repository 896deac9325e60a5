import { expect, test } from "vitest";
import { playKillRounds } from "./kill-rounds.js";
import { because, missingKubectl } from "./requirements.js";
import { simulatedClusters } from "./test-cluster.js";

const missing = missingKubectl();
const kills = Number(process.env["FLEETWRIGHT_KILLS"] ?? 50);

test.skipIf(missing)(
  `a controller killed ${kills} times between the writes of a sync, on the simulator: no hook runs twice, nothing is lost${because(missing)}`,
  async () => {
    const cluster = await simulatedClusters("kill");
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
