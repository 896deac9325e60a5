import { afterAll, beforeAll, expect, test } from "vitest";
import { application, appRef, conditionsOf, type Fleet, isSettled, startFleet, syncOf } from "./fleet-fixture.js";

let fleet: Fleet;
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const projectText = (name: string, more: string) => `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: ${name}, namespace: argocd, labels: {team: shop}}
spec: {destinations: [{server: "*", namespace: "*"}]${more}}
`;
const settings = (data: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data: ${data}
`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: {
      "common.yaml": configMap("common"),
      "outside/kustomization.yaml": "resources: [../common.yaml]\n",
      "paused/cm.yaml": configMap("paused"),
      "after/cm.yaml": configMap("after"),
      "inherits/cm.yaml": configMap("inherits"),
    },
  });
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

test("kustomize.buildOptions of argocd-cm is taken, and taken anew when it changes", async () => {
  await fleet.apply(application("outside", { cluster: "east" }));
  const refused = await fleet.until("outside", (app) => conditionsOf(app).length > 0);
  expect(JSON.stringify(conditionsOf(refused))).toContain("security");
  await fleet.apply(settings(`{kustomize.buildOptions: "--load-restrictor LoadRestrictionsNone"}`));
  expect(syncOf(await fleet.until("outside", isSettled))).toBe("Synced");
}, 60_000);

test("an Application that says skip-reconcile is left alone until it no longer says so", async () => {
  const text = application("paused", { cluster: "east" });
  await fleet.apply(text.replace("name: paused", `name: paused\n  annotations: {argocd.argoproj.io/skip-reconcile: "true"}`));
  await fleet.apply(application("after", { cluster: "east" }));
  await fleet.until("after", isSettled);
  expect((await fleet.app("paused"))?.["status"]).toBeUndefined();
  await fleet.hub.patch(
    appRef("paused"),
    { metadata: { annotations: { "argocd.argoproj.io/skip-reconcile": null } } },
    { type: "merge" },
  );
  expect(syncOf(await fleet.until("paused", isSettled))).toBe("Synced");
}, 60_000);

test("a project inherits from the global projects that argocd-cm names", async () => {
  await fleet.apply(projectText("shop", ""));
  await fleet.apply(application("inherits", { cluster: "east" }).replace("project: default", "project: shop"));
  const refused = await fleet.until("inherits", (app) => conditionsOf(app).length > 0);
  expect(JSON.stringify(conditionsOf(refused))).toContain("is not permitted in project 'shop'");
  await fleet.apply(projectText("everybody", `, sourceRepos: ["*"], clusterResourceWhitelist: [{group: "*", kind: "*"}]`));
  await fleet.apply(settings("{globalProjects: '[{projectName: everybody, labelSelector: {matchLabels: {team: shop}}}]'}"));
  expect(syncOf(await fleet.until("inherits", isSettled))).toBe("Synced");
}, 60_000);
