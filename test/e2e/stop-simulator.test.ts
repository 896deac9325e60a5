import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFleetRepository } from "#src/apps/demo/fleet-repository.js";
import { applyAll } from "#src/apps/demo/hub.js";
import type { ClusterConnection } from "#src/ports/cluster.js";
import { ControllerProcess } from "./controller-process.js";
import { simulatedClusters, type TestCluster } from "./test-cluster.js";
import { applicationText, describeView, getApplication, installControlPlane, isSettled, until, viewOf } from "./workbench.js";

let cluster: TestCluster;
let directory: string;
let silent: Server;
const processes: ControllerProcess[] = [];

beforeEach(async () => {
  cluster = await simulatedClusters("stop");
  directory = await mkdtemp(join(tmpdir(), "fleetwright-stop-"));
  // Takes every request and answers none.
  silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  await installControlPlane(cluster.client);
}, 120_000);

afterEach(async () => {
  for (const one of processes.splice(0)) await one.stop();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(connection: ClusterConnection = cluster.connection): Promise<ControllerProcess> {
  const one = new ControllerProcess({ name: "fleet-0", directory, connection, env: { ARGOCD_SYNC_WAVE_DELAY: "0" } });
  processes.push(one);
  await one.start();
  return one;
}

const silentURL = (): string => `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
const leases = async (): Promise<readonly string[]> => {
  const resource = (await cluster.client.discover()).find(({ kind }) => kind === "Lease")!;
  const { items } = await cluster.client.list(resource, { namespace: "argocd" });
  return items.filter(({ metadata }) => metadata.name.includes("fleet-0")).map(({ metadata }) => metadata.name);
};

test("a controller that is stopped in the middle of a sync gives its Lease back, and the next one ends the sync without a hook twice", async () => {
  const repository = await createFleetRepository(join(directory, "repository"));
  const hook = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "registry.example.com/tool:1"}]}}}
`;
  const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n";
  await repository.commit("One", { "web/hook.yaml": hook, "web/map.yaml": map });
  const first = await start();
  await applyAll(cluster.client, applicationText(repository.url, "web"));
  const job = { apiVersion: "batch/v1", kind: "Job", namespace: "web", name: "migrate" };
  let uid: string | undefined;
  await until(
    () => `no hook: ${first.log}`,
    async () => (uid = (await cluster.client.get(job))?.metadata.uid) !== undefined,
  );
  first.signal("SIGTERM");
  await first.untilEnded();
  expect([first.exitCode, await leases()]).toEqual([0, []]);
  const next = await start();
  let view = viewOf(undefined);
  await until(
    () => `${describeView(view)} ${next.log}`,
    async () => {
      view = viewOf(await getApplication(cluster.client, "web"));
      return isSettled(view) && view.phase === "Succeeded";
    },
  );
  expect((await cluster.client.get(job))?.metadata.uid).toBe(uid);
}, 240_000);

test("a cluster that never answers does not keep a controller from ending in time", async () => {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "slow", namespace: "argocd", labels: { "argocd.argoproj.io/secret-type": "cluster" } },
    stringData: { name: "slow", server: silentURL(), config: "{}" },
  };
  await cluster.client.create(secret);
  const controller = await start();
  const asked = new Promise((resolve) => silent.once("request", resolve));
  await until(
    () => controller.log,
    async () => controller.log.includes("controller started"),
  );
  const repository = await createFleetRepository(join(directory, "repository"));
  const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n";
  await repository.commit("One", { "web/map.yaml": map });
  const application = JSON.parse(applicationText(repository.url, "web")) as { spec: object };
  await applyAll(
    cluster.client,
    JSON.stringify({ ...application, spec: { ...application.spec, destination: { name: "slow", namespace: "web" } } }),
  );
  await asked;
  controller.signal("SIGTERM");
  await controller.untilEnded();
  expect([controller.exitCode, await leases()]).toEqual([0, []]);
}, 240_000);

test("a controller whose hub does not answer ends when it is asked to, and at once when it is asked a second time", async () => {
  for (const signals of [1, 2]) {
    const asked = new Promise((resolve) => silent.once("request", resolve));
    const controller = await start({ server: silentURL(), bearerToken: "" });
    await asked;
    controller.signal("SIGTERM");
    if (signals === 2) {
      await until(
        () => controller.log,
        async () => {
          controller.signal("SIGTERM");
          return controller.hasEnded;
        },
      );
    }
    await controller.untilEnded();
    // Who is ended by a signal has no code.
    expect(controller.exitCode).toBe(signals === 2 ? null : 0);
  }
}, 240_000);
