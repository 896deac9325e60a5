import { expect, test } from "vitest";
import { KillProxy } from "./kill-proxy.js";
import { identityIn, playReplicaRounds, type RecordedWrite } from "./replica-rounds.js";
import { simulatedClusters } from "./test-cluster.js";

const applications = Number(process.env["FLEETWRIGHT_E2E_APPLICATIONS"] ?? 60);

test(`three replicas share ${applications} Applications on the simulator; one is killed, one stopped and continued`, async () => {
  const cluster = await simulatedClusters("replicas");
  const proxy = new KillProxy(cluster.connection.server);
  try {
    const connection = { ...cluster.connection, server: await proxy.start() };
    const report = await playReplicaRounds({
      cluster,
      connection,
      applications,
      leaseSeconds: 15,
      recorded: async () => proxy.writes.filter(({ status }) => status < 400).map(recordedWrite),
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    expect(report.writes).toBeGreaterThan(applications * 6);
  } finally {
    await proxy.stop();
    await cluster.stop();
  }
}, 900_000);

function recordedWrite({ path, name, agent, atMs }: KillProxy["writes"][number]): RecordedWrite {
  const found = /^\/apis?\/(?:[^/]+\/)?v1[^/]*\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?/.exec(path);
  return {
    atMs,
    identity: identityIn(agent),
    resource: found?.[2] ?? "",
    namespace: found?.[1] ?? "",
    name: found?.[3] ?? name,
  };
}
