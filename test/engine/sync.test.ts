import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningController } from "#src/apps/controller/run-controller.js";
import { objectAt, stringAt } from "#src/core/manifest/value.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import {
  application,
  appRef,
  conditionsOf,
  type Fleet,
  healthOf,
  isSettled,
  phaseOf,
  startFleet,
  syncOf,
} from "./fleet-fixture.js";

const configMap = (name: string, value = "1", annotations = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, annotations: {${annotations}}}\ndata: {a: "${value}"}\n`;
const deployment = (name: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: m, image: "r.example.com/m:1"}]}
`;

let fleet: Fleet;
let running: RunningController;
let one: ClusterPort;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["one"],
    files: {
      "web/deployment.yaml": deployment("web", 2),
      "web/cm.yaml": configMap("web"),
      "drift/deployment.yaml": deployment("drift", 2),
      "manual/cm.yaml": configMap("manual"),
      "prune/keep.yaml": configMap("keep"),
      "prune/leave.yaml": configMap("leave"),
      "cascade/first.yaml": configMap("first", "1", "argocd.argoproj.io/sync-wave: '-1'"),
      "cascade/second.yaml": configMap("second"),
      "kept/stays.yaml": configMap("stays", "1", "argocd.argoproj.io/sync-options: Delete=false"),
      "twice/a.yaml": configMap("same"),
      "twice/b.yaml": configMap("same", "2"),
      "refused/bad.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999999}]}\n",
    },
  });
  running = await fleet.start();
  one = fleet.cluster("one");
}, 60_000);

afterAll(() => fleet.close());

const live = (kind: string, namespace: string, name: string) =>
  one.get({ apiVersion: kind === "Deployment" ? "apps/v1" : "v1", kind, namespace, name });

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("not in time");
}

test("an automated Application is rendered, synced with its namespace, Healthy, and tells all that in Argo CD's shape", async () => {
  await fleet.apply(application("web", { cluster: "one" }));
  const app = await fleet.until("web", isSettled);
  const status = objectAt(app, "status");
  expect(stringAt(objectAt(status, "sync"), "revision")).toMatch(/^[0-9a-f]{40}$/);
  expect(status["resources"]).toEqual([
    expect.objectContaining({ kind: "ConfigMap", name: "web", namespace: "web", status: "Synced", version: "v1" }),
    expect.objectContaining({ group: "apps", kind: "Deployment", name: "web", status: "Synced", health: { status: "Healthy" } }),
  ]);
  expect(status["summary"]).toEqual({ images: ["r.example.com/m:1"] });
  expect(status["history"]).toEqual([
    expect.objectContaining({ id: 0, revision: stringAt(objectAt(status, "sync"), "revision") }),
  ]);
  expect(status["sourceType"]).toBe("Directory");
  expect((await live("ConfigMap", "web", "web"))?.metadata.annotations).toMatchObject({
    "argocd.argoproj.io/tracking-id": "web:/ConfigMap:web/web",
  });
});

test("drift is healed where selfHeal says so, and only reported where nothing is automated", async () => {
  await fleet.apply(application("drift", { cluster: "one" }));
  await fleet.until("drift", isSettled);
  const scale = { apiVersion: "apps/v1", kind: "Deployment", namespace: "drift", name: "drift" };
  await one.patch(scale, { spec: { replicas: 7 } }, { type: "merge" });
  await until(async () => objectAt((await live("Deployment", "drift", "drift")) as never, "spec")["replicas"] === 2);
  await fleet.until("drift", isSettled);

  await fleet.hub.patch(appRef("drift"), { spec: { syncPolicy: { automated: null } } }, { type: "merge" });
  await one.patch(scale, { spec: { replicas: 7 } }, { type: "merge" });
  const app = await fleet.until("drift", (found) => syncOf(found) === "OutOfSync");
  expect(phaseOf(app)).toBe("Succeeded");
  expect(await running.metrics()).toMatch(/fleetwright_drift_age_seconds\{namespace="argocd",name="drift"/);
});

test("an Application without automation waits; the operation field syncs it, and goes when that has ended", async () => {
  await fleet.apply(application("manual", { cluster: "one", automated: false }));
  expect(healthOf(await fleet.until("manual", (app) => syncOf(app) === "OutOfSync"))).toBe("Missing");
  await fleet.hub.patch(
    appRef("manual"),
    { operation: { initiatedBy: { username: "ada" }, sync: { syncOptions: ["CreateNamespace=true"] } } },
    { type: "merge" },
  );
  const app = await fleet.until("manual", (found) => phaseOf(found) === "Succeeded" && syncOf(found) === "Synced");
  expect(app["operation"]).toBeUndefined();
  expect(objectAt(objectAt(app, "status"), "operationState")["operation"]).toMatchObject({ initiatedBy: { username: "ada" } });
});

test("what left git is pruned", async () => {
  await fleet.apply(application("prune", { cluster: "one" }));
  await fleet.until("prune", isSettled);
  fleet.commit({ "prune/leave.yaml": null });
  await running.controller.pollRepositories();
  await until(async () => (await live("ConfigMap", "prune", "leave")) === undefined);
  expect(await live("ConfigMap", "prune", "keep")).toBeDefined();
  await fleet.until("prune", isSettled);
});

test("with the cascade finalizer the resources go before their Application; Delete=false stays", async () => {
  await fleet.apply(
    [application("cascade", { cluster: "one", finalizer: true }), application("kept", { cluster: "one", finalizer: true })].join(
      "---\n",
    ),
  );
  await fleet.until("cascade", isSettled);
  await fleet.until("kept", isSettled);
  for (const name of ["cascade", "kept"]) await fleet.hub.delete(appRef(name));
  await until(async () => (await fleet.app("cascade")) === undefined && (await fleet.app("kept")) === undefined);
  expect(await live("ConfigMap", "cascade", "first")).toBeUndefined();
  expect(await live("ConfigMap", "cascade", "second")).toBeUndefined();
  expect(await live("ConfigMap", "kept", "stays")).toBeDefined();
});

test("of one key in two files the last counts, with a warning", async () => {
  await fleet.apply(application("twice", { cluster: "one" }));
  const app = await fleet.until("twice", isSettled);
  expect(conditionsOf(app)).toEqual([
    expect.objectContaining({ type: "RepeatedResourceWarning", message: expect.stringContaining("appeared 2 times") }),
  ]);
  expect((await live("ConfigMap", "twice", "same"))?.["data"]).toEqual({ a: "2" });
});

test("what the API server refuses is the operation's result, with its words", async () => {
  await fleet.apply(
    application("refused", { cluster: "one", more: "" }).replace("  syncPolicy:\n", "  syncPolicy:\n    retry: {limit: 0}\n"),
  );
  const app = await fleet.until("refused", (found) => phaseOf(found) === "Failed");
  const results = objectAt(objectAt(objectAt(app, "status"), "operationState"), "syncResult")["resources"];
  expect(results).toContainEqual(
    expect.objectContaining({ kind: "Service", status: "SyncFailed", message: expect.stringMatching(/99999999|port/) }),
  );
});

test("a commit renders what it touches and nothing else", async () => {
  const renders = async () => Number(/fleetwright_render_cache_misses_total (\d+)/.exec(await running.metrics())?.[1]);
  const before = await renders();
  fleet.commit({ "elsewhere/notes.txt": "nothing" });
  await running.controller.pollRepositories();
  await running.controller.whenIdle();
  expect(await renders()).toBe(before);
  fleet.commit({ "web/cm.yaml": configMap("web", "changed") });
  await running.controller.pollRepositories();
  await until(async () => JSON.stringify((await live("ConfigMap", "web", "web"))?.["data"]) === `{"a":"changed"}`);
  expect(await renders()).toBe(before + 1);
});

test("a controller that starts anew finds everything as it was and writes nothing", async () => {
  await running.controller.whenIdle();
  await fleet.stop();
  const before = await fleet.app("web");
  running = await fleet.start();
  await until(async () => running.controller.isReady);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await running.controller.whenIdle();
  expect(objectAt((await fleet.app("web"))!, "metadata")["resourceVersion"]).toBe(
    objectAt(before!, "metadata")["resourceVersion"],
  );
});
