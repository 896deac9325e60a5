import { afterAll, beforeAll, expect, test } from "vitest";
import { application, conditionsOf, type Fleet, isSettled, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;
const configMap = (name: string, annotations = "{}") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, annotations: ${annotations}}\n`;
const job = (name: string, annotations: string) => `apiVersion: batch/v1
kind: Job
metadata: {name: ${name}, annotations: ${annotations}}
spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: main, image: "registry.example.com/tool:1"}]}}}
`;
const hook = (type: string, more = "") => `{argocd.argoproj.io/hook: ${type}${more}}`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: {
      "waves/a.yaml": configMap("a"),
      "waves/second.yaml": job("second", hook("PreDelete", `, argocd.argoproj.io/sync-wave: "2"`)),
      "waves/first.yaml": job(
        "first",
        hook("PreDelete", `, argocd.argoproj.io/sync-wave: "1", argocd.argoproj.io/hook-delete-policy: HookSucceeded`),
      ),
      "waves/after.yaml": job(
        "after",
        `{helm.sh/hook: post-delete, helm.sh/hook-delete-policy: hook-succeeded, argocd.argoproj.io/hook-delete-policy: HookSucceeded}`,
      ),
      "confirmed/a.yaml": configMap("a", "{argocd.argoproj.io/sync-options: Delete=confirm}"),
      "confirmed/b.yaml": configMap("b", "{argocd.argoproj.io/sync-options: Delete=false}"),
      "unhooked/a.yaml": configMap("a"),
      "unhooked/before.yaml": job("before", hook("PreDelete")),
    },
  });
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

const appRef = (name: string) => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name });
const live = (kind: string, namespace: string, name: string) =>
  fleet.cluster("east").get({ apiVersion: kind === "Job" ? "batch/v1" : "v1", kind, namespace, name });
const finalizersOf = async (name: string) => (await fleet.hub.get(appRef(name)))?.metadata.finalizers ?? [];

test("hooks for the deletion hold an Application by finalizers, run wave after wave, and go by their delete policies", async () => {
  await fleet.apply(application("waves", { cluster: "east", finalizer: true }));
  await fleet.until("waves", isSettled);
  expect([...(await finalizersOf("waves"))].sort()).toEqual([
    "post-delete-finalizer.argocd.argoproj.io",
    "post-delete-finalizer.argocd.argoproj.io/cleanup",
    "pre-delete-finalizer.argocd.argoproj.io",
    "pre-delete-finalizer.argocd.argoproj.io/cleanup",
    "resources-finalizer.argocd.argoproj.io",
  ]);
  const seen = new Map<string, string>();
  await fleet.hub.delete(appRef("waves"));
  for (let tries = 0; tries < 1500 && (await fleet.app("waves")) !== undefined; tries++) {
    for (const name of ["first", "second", "after"]) {
      if (seen.has(name) || (await live("Job", "waves", name)) === undefined) continue;
      seen.set(name, (await live("ConfigMap", "waves", "a")) === undefined ? "without a" : "with a");
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await fleet.app("waves")).toBeUndefined();
  expect([...seen]).toEqual([
    ["first", "with a"],
    ["second", "with a"],
    ["after", "without a"],
  ]);
  expect(await live("Job", "waves", "after")).toBeUndefined();
}, 40_000);

test("finalizers of hooks that left git go again", async () => {
  await fleet.apply(application("unhooked", { cluster: "east" }));
  await fleet.until("unhooked", isSettled);
  expect(await finalizersOf("unhooked")).toHaveLength(2);
  const commit = fleet.commit({ "unhooked/before.yaml": null });
  await fleet.apply(application("unhooked", { cluster: "east" }).replace("targetRevision: main", `targetRevision: ${commit}`));
  for (let tries = 0; tries < 400 && (await finalizersOf("unhooked")).length > 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  expect(await finalizersOf("unhooked")).toEqual([]);
});

test("Delete=confirm holds the deletion until somebody approves it; Delete=false stays", async () => {
  await fleet.apply(application("confirmed", { cluster: "east", finalizer: true }));
  await fleet.until("confirmed", isSettled);
  await fleet.hub.delete(appRef("confirmed"));
  const app = await fleet.until("confirmed", (found) => conditionsOf(found).some(({ type }) => type === "DeletionError"));
  expect(JSON.stringify(conditionsOf(app))).toContain("waiting for confirmation");
  expect(await live("ConfigMap", "confirmed", "a")).toBeDefined();
  const annotations = { "argocd.argoproj.io/deletion-approved": new Date(Date.now() + 1000).toISOString() };
  await fleet.hub.patch(appRef("confirmed"), { metadata: { annotations } }, { type: "merge" });
  for (let tries = 0; tries < 400 && (await fleet.app("confirmed")) !== undefined; tries++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  expect(await fleet.app("confirmed")).toBeUndefined();
  expect(await live("ConfigMap", "confirmed", "a")).toBeUndefined();
  expect(await live("ConfigMap", "confirmed", "b")).toBeDefined();
});
