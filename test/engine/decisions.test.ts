import { afterAll, beforeAll, expect, test } from "vitest";
import { listAt, objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { application, appRef, type Fleet, isSettled, phaseOf, startFleet, syncOf } from "./fleet-fixture.js";

let fleet: Fleet;
let hubWrites: string[] = [];
const configMap = (name: string, data: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\ndata: ${data}\n`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    onRequest: (cluster, method, url) => {
      if (cluster === "hub" && method === "PATCH") hubWrites.push(url);
    },
    files: {
      "noisy/cm.yaml": configMap("a", "{k: v}"),
      "stuck/cm.yaml": configMap("a", "{k: v}"),
      "stuck/job.yaml": `apiVersion: batch/v1
kind: Job
metadata: {name: wait, annotations: {argocd.argoproj.io/hook: PreSync}}
spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: main, image: "registry.example.com/tool:1"}]}}}
`,
      "confirmed/keep.yaml": configMap("keep", "{}"),
      "confirmed/gone.yaml": configMap("gone", "{}", `, annotations: {argocd.argoproj.io/sync-options: "Prune=confirm"}`),
      "chosen/a.yaml": configMap("a", "{k: v}"),
      "chosen/b.yaml": configMap("b", "{k: v}"),
    },
  });
  await fleet.hub.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "argocd-cm", namespace: "argocd" },
    data: { "resource.customizations.ignoreResourceUpdates.ConfigMap": "jsonPointers: [/data/noise]\n" },
  });
  await fleet.hub.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "argocd-cmd-params-cm", namespace: "argocd" },
    data: { "controller.sync.timeout.seconds": "3" },
  });
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

const operationOf = (app: ValueObject) => objectAt(objectAt(app, "status"), "operationState");
const patchApp = (name: string, patch: unknown) => fleet.hub.patch(appRef(name), patch, { type: "merge" });

test("a change of fields that ignoreResourceUpdates names makes nobody look; one of another field does", async () => {
  await fleet.apply(application("noisy", { cluster: "east", automated: false }));
  await fleet.until("noisy", (app) => syncOf(app) === "OutOfSync");
  await patchApp("noisy", { operation: { sync: { syncOptions: ["CreateNamespace=true"] } } });
  await fleet.until("noisy", isSettled);
  const place = { apiVersion: "v1", kind: "ConfigMap", namespace: "noisy", name: "a" };
  hubWrites = [];
  for (let round = 0; round < 5; round++)
    await fleet.cluster("east").patch(place, { data: { noise: String(round) } }, { type: "merge", fieldManager: "someone" });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(hubWrites).toEqual([]);
  await fleet.cluster("east").patch(place, { data: { k: "other" } }, { type: "merge", fieldManager: "someone" });
  await fleet.until("noisy", (app) => syncOf(app) === "OutOfSync");
});

test("a sync says what it waits for and since when, and ends when it takes longer than controller.sync.timeout.seconds", async () => {
  const retries = "    automated: {}\n    retry: {limit: 0}";
  await fleet.apply(application("stuck", { cluster: "east" }).replace("    automated: {prune: true, selfHeal: true}", retries));
  const waiting = await fleet.until("stuck", (app) => stringAt(operationOf(app), "message").includes("waiting for"));
  expect(stringAt(operationOf(waiting), "message")).toMatch(/^waiting for completion of hook batch\/Job\/wait \(since .+Z\)$/);
  expect(stringAt(operationOf(waiting), "startedAt")).not.toBe("");
  const ended = await fleet.until("stuck", (app) => phaseOf(app) === "Failed");
  expect(stringAt(operationOf(ended), "message")).toContain("terminated");
}, 40_000);

test("Prune=confirm waits for an approval and says so", async () => {
  await fleet.apply(application("confirmed", { cluster: "east" }));
  await fleet.until("confirmed", isSettled);
  const commit = fleet.commit({ "confirmed/gone.yaml": null });
  await fleet.apply(application("confirmed", { cluster: "east" }).replace("targetRevision: main", `targetRevision: ${commit}`));
  await fleet.until("confirmed", (app) => stringAt(operationOf(app), "message").includes("waiting for pruning confirmation of"));
  const gone = { apiVersion: "v1", kind: "ConfigMap", namespace: "confirmed", name: "gone" };
  expect(await fleet.cluster("east").get(gone)).toBeDefined();
  const approved = { "argocd.argoproj.io/deletion-approved": new Date(Date.now() + 1000).toISOString() };
  await patchApp("confirmed", { metadata: { annotations: approved } });
  await fleet.until("confirmed", (app) => isSettled(app) && listAt(objectAt(app, "status"), "resources").length === 1);
  expect(await fleet.cluster("east").get(gone)).toBeUndefined();
}, 40_000);

test("a selective sync touches what was chosen and is no entry of the history", async () => {
  await fleet.cluster("east").create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "chosen" } });
  await fleet.apply(application("chosen", { cluster: "east", automated: false }));
  await fleet.until("chosen", (app) => syncOf(app) === "OutOfSync");
  await patchApp("chosen", { operation: { sync: { resources: [{ kind: "ConfigMap", name: "b" }] } } });
  await fleet.until("chosen", (app) => phaseOf(app) === "Succeeded");
  const get = (name: string) => fleet.cluster("east").get({ apiVersion: "v1", kind: "ConfigMap", namespace: "chosen", name });
  expect([await get("a"), (await get("b"))?.metadata.name]).toEqual([undefined, "b"]);
  expect(listAt(objectAt((await fleet.app("chosen"))!, "status"), "history")).toEqual([]);
});
