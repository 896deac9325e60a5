import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditedWrites, playReplicaRounds } from "./replica-rounds.js";
import { because, realServers } from "./requirements.js";
import { realClusters, type TestCluster } from "./test-cluster.js";

const { assets, missing } = realServers();
const applications = Number(process.env["FLEETWRIGHT_E2E_APPLICATIONS"] ?? 360);
/** Twice the lease has to hold what one API server stores of the survivor's syncs of 360 Applications, on a slow machine too. */
const leaseSeconds = applications > 100 ? 20 : 15;

describe.skipIf(missing)(`replicas on a real API server${because(missing)}`, () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await realClusters(assets)("replicas");
  });

  afterAll(() => cluster?.stop());

  test(`three share ${applications} Applications; one is killed, one stopped and continued`, async () => {
    const report = await playReplicaRounds({
      cluster,
      connection: cluster.connection,
      applications,
      leaseSeconds,
      recorded: () => auditedWrites(cluster.auditLog!),
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    expect(report.writes).toBeGreaterThan(applications * 6);
  }, 600_000);
});
