import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runController } from "#src/apps/controller/run-controller.js";
import { describeUnsettled, isSettled, stateOf } from "#src/apps/demo/application-state.js";
import { fleetFiles } from "#src/apps/demo/fleet/files.js";
import { type FleetCluster, fleetClusters, fleetServices } from "#src/apps/demo/fleet/shape.js";
import { createFleetRepository, fleetRepositoryUrl } from "#src/apps/demo/fleet-repository.js";
import { applyAll, hubNamespace, requestSync } from "#src/apps/demo/hub.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import { because, realServers } from "./requirements.js";
import { realClusters, type TestCluster } from "./test-cluster.js";
import { fleetPollMs, installControlPlane, runKubectl, until } from "./workbench.js";

const { assets, missing } = realServers();
const patienceMs = 900_000;

// One Secret a server, and services keep their namespaces in every region: so the 360 are 120 services in three environments.
const services = Number(process.env["FLEETWRIGHT_E2E_SERVICES"] ?? 120);

describe.skipIf(missing)(`the fleet on three real API servers, the first one being the hub too${because(missing)}`, () => {
  let directory: string;
  const clusters: { readonly place: FleetCluster; readonly cluster: TestCluster }[] = [];
  const closers: (() => Promise<void>)[] = [];
  let hub: ClusterPort;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "fleetwright-fleet-"));
    const starting = fleetClusters({ services, envs: 3, regions: 1, repoURL: "" }).map(async (place) => {
      const cluster = await realClusters(assets)(place.name);
      closers.push(() => cluster.stop());
      return { place, cluster };
    });
    // They wait for their own etcd most of the time; those that did start are stopped where one did not.
    for (const each of await Promise.allSettled(starting)) {
      if (each.status === "rejected") throw each.reason;
      clusters.push(each.value);
    }
    hub = clusters[0]!.cluster.client;
    await installControlPlane(hub);
    for (const { place, cluster } of clusters) await hub.create(clusterSecret(place, cluster));
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    await rm(directory, { recursive: true, force: true });
  });

  test(
    `one commit: ${services * 3} Applications are Synced and Healthy, production after it was asked for`,
    async () => {
      const shape = { services, envs: 3, regions: 1, repoURL: fleetRepositoryUrl(join(directory, "fleet")) };
      const repository = await createFleetRepository(join(directory, "fleet"));
      await repository.commit("The fleet", fleetFiles(shape));
      const began = Date.now();
      const controller = await runController({
        connection: clusters[0]!.cluster.connection,
        namespace: hubNamespace,
        dataDir: join(directory, "data"),
        allowFileRepositories: true,
        waveDelayMs: 0,
      });
      closers.push(() => controller.stop());
      await applyAll(hub, fleetFiles(shape)["root.yaml"] ?? "");
      const names = new Set(fleetServices(shape).map((service) => service.name));
      let all: readonly KubernetesObject[] = [];
      const wait = (holds: (app: KubernetesObject) => boolean): Promise<void> =>
        until(
          () => `${all.filter(holds).length} of ${all.length}:\n${describeUnsettled(all)}`,
          async () => {
            all = (await applications(hub)).filter((app) => names.has(app.metadata.labels?.["service"] ?? ""));
            return all.length === services * 3 && all.every(holds);
          },
          patienceMs,
          fleetPollMs,
        );
      await wait((app) => stateOf(app).sync !== "" && stateOf(app).sync !== "Unknown");
      const generated = Date.now();
      await wait((app) => (stateOf(app).isAutomated ? stateOf(app).sync === "Synced" : stateOf(app).sync === "OutOfSync"));
      const automated = Date.now();
      for (const app of all.filter((each) => !stateOf(each).isAutomated)) await requestSync(hub, app, "release-manager");
      await wait(isSettled);
      const seconds = (to: number, from: number): string => ((to - from) / 1000).toFixed(1);
      process.stdout.write(
        `${all.length} Applications compared after ${seconds(generated, began)} s, the automated ones Synced after ${seconds(automated, began)} s, all Synced and Healthy after ${seconds(Date.now(), began)} s\n`,
      );
      for (const { cluster } of clusters) {
        const lines = (await runKubectl(cluster, ["get", "deployments", "-A", "--no-headers"])).trim().split("\n");
        const deployed = lines.map((line) => line.split(/\s+/)[1]).filter((name) => name !== undefined && names.has(name));
        expect(new Set(deployed)).toEqual(names);
        expect(lines.filter((line) => !/\s(\d+)\/\1\s/.test(line))).toEqual([]);
      }
    },
    patienceMs * 2,
  );

  test("nothing is written while nothing changes", async () => {
    const versions = async (): Promise<Record<string, string | undefined>> =>
      Object.fromEntries((await applications(hub)).map((app) => [app.metadata.name, app.metadata.resourceVersion]));
    const before = await versions();
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    const after = await versions();
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual([]);
  });
});

async function applications(hub: ClusterPort): Promise<readonly KubernetesObject[]> {
  const resource = (await hub.discover()).find(({ kind, group }) => kind === "Application" && group === "argoproj.io");
  if (resource === undefined) throw new Error("Applications are not served");
  return (await hub.list(resource, { namespace: hubNamespace })).items;
}

function clusterSecret(place: FleetCluster, { connection }: TestCluster): KubernetesObject {
  const config = JSON.stringify({ bearerToken: connection.bearerToken, tlsClientConfig: { insecure: true } });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `cluster-${place.name}`,
      namespace: hubNamespace,
      labels: { "argocd.argoproj.io/secret-type": "cluster", env: place.env, region: place.region },
    },
    stringData: { name: place.name, server: connection.server, config },
  };
}
