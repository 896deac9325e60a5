import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAt, objectAt, type ValueObject } from "#src/core/manifest/value.js";
import { kubeconfigOf } from "#src/simulator/server.js";
import { type Recorded, recordedRun } from "../recorded-run.js";
import { appRef, type Fleet, isSettled, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;
let writes: string[] = [];
let reads = 0;
const folder = mkdtempSync(join(tmpdir(), "fleetwright-shadow-"));
const kubeconfig = join(folder, "kubeconfig");

const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: "${value}"}\n`;
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  generators: [{git: {repoURL: $REPO, revision: main, directories: [{path: apps/*}]}}]
  template:
    metadata: {name: "{{path.basename}}"}
    spec:
      project: default
      source: {repoURL: $REPO, targetRevision: main, path: "{{path}}"}
      destination: {name: east, namespace: shop}
      syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true]}
`;

// Our controller stands in for Argo CD: it writes the same status. It is stopped before anything is compared.
beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: { "apps/cart/c.yaml": config("1"), "apps/search/s.yaml": config("1").replace("name: c", "name: s") },
    onRequest: (_cluster, method, url) => {
      if (method === "GET") reads++;
      else writes.push(`${method} ${url}`);
    },
  });
  writeFileSync(kubeconfig, kubeconfigOf([...fleet.simulators.values()]));
  await fleet.apply(set);
  await fleet.start();
  for (const name of ["cart", "search"]) await fleet.until(name, isSettled);
  await fleet.stop();
}, 60_000);
afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true, force: true });
});

async function shadow(...args: readonly string[]): Promise<Recorded> {
  writes = [];
  const known = ["--kubeconfig", kubeconfig, "--data-dir", join(folder, "data"), "--allow-file-repositories"];
  const result = await recordedRun(["shadow", ...args, ...known], folder);
  // The promise of the command, checked at the servers themselves.
  expect(writes).toEqual([]);
  return result;
}

const differences = async (...args: readonly string[]): Promise<readonly ValueObject[]> =>
  listAt(JSON.parse((await shadow(...args, "-o", "json")).out) as ValueObject, "differences") as readonly ValueObject[];

const patchStatus = async (name: string, change: (status: ValueObject) => object): Promise<void> => {
  const status = objectAt((await fleet.app(name))!, "status");
  await fleet.hub.patch(appRef(name), { status: change(status) }, { type: "merge" });
};

test("where both agree there is nothing to say, and nothing is written", async () => {
  reads = 0;
  const { out, err, code } = await shadow();
  expect(err).toBe("");
  expect(out).toContain("1 ApplicationSets, 2 Applications, 2 resources compared; 0 differences");
  expect(code).toBe(0);
  expect(reads).toBeGreaterThan(5);
});

test("a commit that Argo CD has not compared yet is no difference of its manifests", async () => {
  fleet.commit({ "apps/cart/c.yaml": config("2") });
  expect(await differences()).toEqual([]);
});

test("another verdict about a resource is told with both words and why", async () => {
  await patchStatus("cart", (status) => ({
    resources: listAt(status, "resources").map((one) => ({ ...(one as ValueObject), status: "OutOfSync" })),
  }));
  expect(await differences("cart")).toMatchObject([
    { kind: "sync-status", subject: "argocd/cart", resource: "/ConfigMap/shop/c", argo: "OutOfSync", fleetwright: "Synced" },
  ]);
  await patchStatus("cart", (status) => ({
    resources: listAt(status, "resources").map((one) => ({ ...(one as ValueObject), status: "Synced" })),
  }));
  await fleet
    .cluster("east")
    .patch(
      { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "c" },
      { data: { value: "by hand" } },
      { type: "merge", fieldManager: "kubectl-edit" },
    );
  const [difference] = await differences("cart");
  expect(difference).toMatchObject({ kind: "sync-status", argo: "Synced", fleetwright: "OutOfSync" });
  expect(difference?.["reason"]).toContain('data.value: live "by hand", git "1"');
});

test("a resource that only Argo CD lists, and an error that only Argo CD has, are told", async () => {
  await patchStatus("search", (status) => ({
    resources: [
      ...listAt(status, "resources"),
      { version: "v1", kind: "ConfigMap", namespace: "shop", name: "gone", status: "Synced" },
    ],
  }));
  expect(await differences("search")).toMatchObject([{ kind: "resource-missing", resource: "/ConfigMap/shop/gone" }]);
  await patchStatus("search", () => ({ conditions: [{ type: "ComparisonError", message: "rpc error: no such path" }] }));
  expect(await differences("search")).toMatchObject([
    { kind: "render-error", argo: "rpc error: no such path", fleetwright: null },
  ]);
});

test("what a set would create and change here is told field by field, with exit code 1", async () => {
  await fleet.hub.patch(appRef("search"), { spec: { project: "other" } }, { type: "merge" });
  fleet.commit({ "apps/mail/m.yaml": config("1").replace("name: c", "name: m") });
  const found = (await differences()).filter(({ kind }) => String(kind).startsWith("application"));
  expect(found).toMatchObject([
    { kind: "application-missing", subject: "argocd/mail", reason: expect.stringContaining("ApplicationSet apps") },
    { kind: "application-field", subject: "argocd/search", field: "spec.project", argo: "other", fleetwright: "default" },
  ]);
  expect((await shadow()).code).toBe(1);
});

test("a cluster that does not answer is an error with exit code 2, and the rest is compared", async () => {
  await fleet.apply(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: lost, namespace: argocd}
spec:
  project: default
  source: {repoURL: $REPO, targetRevision: main, path: apps/cart}
  destination: {server: "http://127.0.0.1:9", namespace: shop}
`);
  await fleet.hub.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "lost", namespace: "argocd", labels: { "argocd.argoproj.io/secret-type": "cluster" } },
    stringData: { name: "lost", server: "http://127.0.0.1:9", config: "{}" },
  });
  const { out, code } = await shadow();
  expect(code).toBe(2);
  expect(out).toContain("! argocd/lost");
  expect(out).toContain("argocd/mail");
});
