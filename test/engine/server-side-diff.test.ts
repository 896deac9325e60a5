import { afterAll, beforeAll, expect, test } from "vitest";
import { listAt, objectAt } from "#src/core/manifest/value.js";
import { application, type Fleet, isSettled, startFleet, syncOf } from "./fleet-fixture.js";

let fleet: Fleet;
const requests: string[] = [];
const deployment = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: "registry.example.com/a:1", resources: {limits: {cpu: 1000m}}}]}
`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    onRequest: (cluster, _method, url) => void (cluster === "east" && requests.push(url)),
    files: {
      "asked/web.yaml": deployment("web"),
      "asked/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
      "rules/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n",
    },
  });
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

const annotated = (text: string, annotations: string) =>
  text.replace("metadata:\n", `metadata:\n  annotations: ${annotations}\n`);
const dryRuns = () => requests.filter((url) => url.includes("/configmaps/a?dryRun=All")).length;

test("ServerSideDiff=true compares with the API server's own answer, asks once for each version, and sees what was changed", async () => {
  await fleet.apply(
    annotated(
      application("asked", { cluster: "east", automated: false }),
      "{argocd.argoproj.io/compare-options: ServerSideDiff=true}",
    ),
  );
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "asked" };
  const sync = { operation: { sync: { syncOptions: ["CreateNamespace=true"] } } };
  await fleet.until("asked", (app) => syncOf(app) === "OutOfSync");
  await fleet.hub.patch(ref, sync, { type: "merge" });
  await fleet.until("asked", isSettled);
  const place = { apiVersion: "apps/v1", kind: "Deployment", namespace: "asked", name: "web" };
  await fleet.cluster("east").patch(place, { spec: { replicas: 3 } }, { type: "merge", fieldManager: "someone" });
  await new Promise((resolve) => setTimeout(resolve, 500));
  // What git does not name is not git's: the server's answer keeps it.
  expect(syncOf((await fleet.app("asked"))!)).toBe("Synced");
  const image = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "registry.example.com/a:2" }];
  await fleet.cluster("east").patch(place, image, { type: "json", fieldManager: "someone" });
  const app = await fleet.until("asked", (found) => syncOf(found) === "OutOfSync");
  expect(listAt(objectAt(app, "status"), "conditions")).toEqual([]);
  expect(dryRuns()).toBe(1);
  await fleet.hub.patch(ref, { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } }, { type: "merge" });
  await fleet.until("asked", ({ metadata }) => !JSON.stringify(metadata).includes("argocd.argoproj.io/refresh"));
  expect(dryRuns()).toBe(1);
});

test("a change of ignoreDifferences is seen at once, though neither side of the resource has moved", async () => {
  await fleet.apply(application("rules", { cluster: "east", automated: false }));
  await fleet.until("rules", (app) => syncOf(app) === "OutOfSync");
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "rules" };
  await fleet.hub.patch(ref, { operation: { sync: { syncOptions: ["CreateNamespace=true"] } } }, { type: "merge" });
  await fleet.until("rules", isSettled);
  const place = { apiVersion: "v1", kind: "ConfigMap", namespace: "rules", name: "a" };
  await fleet.cluster("east").patch(place, { data: { k: "other" } }, { type: "merge", fieldManager: "someone" });
  await fleet.until("rules", (app) => syncOf(app) === "OutOfSync");
  await fleet.hub.patch(
    ref,
    { spec: { ignoreDifferences: [{ kind: "ConfigMap", jsonPointers: ["/data/k"] }] } },
    { type: "merge" },
  );
  await fleet.until("rules", (app) => syncOf(app) === "Synced");
});
