import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { kubeconfigOf } from "#src/simulator/server.js";
import { type Recorded, recordedRun } from "../recorded-run.js";
import { application, appRef, type Fleet, isSettled, phaseOf, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;
const folder = mkdtempSync(join(tmpdir(), "fleetwright-cli-"));
const kubeconfig = join(folder, "kubeconfig");

const flags = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: '1'}\n";
const password = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: s3cret}\n";
const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: 'web:1'}]}}
`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: { "shop/cm.yaml": flags, "shop/db.yaml": password, "shop/web.yaml": web },
  });
  writeFileSync(kubeconfig, kubeconfigOf([...fleet.simulators.values()]));
  // Synced once by a controller, which is then gone: what follows is seen by the command line alone.
  await fleet.apply(application("shop", { cluster: "east" }));
  await fleet.start();
  await fleet.until("shop", isSettled);
  await fleet.stop();
}, 60_000);
afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true, force: true });
});

async function cli(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun([...args, "--kubeconfig", kubeconfig], folder);
}

const inspect = ["--data-dir", join(folder, "data"), "--allow-file-repositories"];

const edit = (ref: { apiVersion: string; kind: string; name: string }, patch: object) =>
  fleet.cluster("east").patch({ ...ref, namespace: "shop" }, patch, { type: "merge", fieldManager: "kubectl-edit" });
const configMap = { apiVersion: "v1", kind: "ConfigMap", name: "flags" };
const secret = { apiVersion: "v1", kind: "Secret", name: "db" };

test("app diff is empty with exit code 0 while nothing differs", async () => {
  expect(await cli("app", "diff", "shop", ...inspect)).toEqual({ out: "", err: "", code: 0 });
});

test("app diff and drift --live see a change that no controller saw, name its author, and hide Secret values", async () => {
  await edit(configMap, { data: { a: "7" } });
  await edit(secret, { data: { password: "aGFja2Vk" } });
  const diff = await cli("app", "diff", "shop", ...inspect, "-o", "wide");
  expect(diff.code).toBe(1);
  expect(diff.out).toMatch(/ConfigMap shop\/flags differs\n {2}data\.a: "7" → "1" {2}\(live value: kubectl-edit, \d+s ago\)/);
  expect(diff.out).toContain("Secret shop/db differs");
  expect(diff.out).not.toMatch(/aGFja2Vk|czNjcmV0|s3cret/);

  expect(await cli("drift")).toMatchObject({ code: 0 });
  const live = await cli("drift", "--live", ...inspect, "-o", "json");
  expect(live.code).toBe(1);
  expect(JSON.parse(live.out)).toMatchObject([
    { application: "shop", cluster: "east", resource: { kind: "ConfigMap", name: "flags" }, cause: "cluster", drift: "changed" },
    { resource: { kind: "Secret", name: "db" }, fields: [{ path: "data.password", manager: "kubectl-edit" }] },
  ]);
});

test("drift reads what the controller noted: filters, SARIF, exit codes", async () => {
  const record = {
    open: [
      {
        resource: "/ConfigMap/shop/flags",
        drift: "changed",
        cause: "cluster",
        onset: new Date(Date.now() - 20 * 60_000).toISOString(),
        fields: [{ path: "data.a", manager: "kubectl-edit", operation: "Update" }],
      },
    ],
  };
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "shop" };
  const metadata = { annotations: { "fleetwright.dev/drift": JSON.stringify(record) } };
  await fleet.hub.patch(ref, { metadata }, { type: "merge" });
  const noted = await cli("drift", "--for", "15m");
  expect(noted.out).toMatch(/shop +east +ConfigMap\/shop\/flags +changed +cluster +20m +data\.a \(kubectl-edit\)/);
  expect(noted.code).toBe(1);
  expect((await cli("drift", "--for", "1h")).code).toBe(0);
  expect((await cli("drift", "--cluster", "west")).code).toBe(0);
  expect((await cli("drift", "--project", "other")).code).toBe(0);
  expect((await cli("drift", "--for", "soon")).code).toBe(2);
  const sarif = JSON.parse((await cli("drift", "-o", "sarif")).out);
  expect(sarif.runs[0].results).toMatchObject([{ ruleId: "drift-changed", properties: { cause: "cluster" } }]);
});

test("app list shows when each verdict was made, calls one that nobody has confirmed for long Stale, and finds other namespaces", async () => {
  expect((await cli("app", "list", "-o", "wide")).out).toMatch(/SYNC +COMPARED +HEALTH/);
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "shop" };
  const reconciledAt = new Date(Date.now() - 3_600_000).toISOString();
  await fleet.hub.patch(ref, { status: { reconciledAt } }, { type: "merge" });
  expect((await cli("app", "list")).out).toMatch(/shop +default +east +Stale +Healthy/);
  expect((await cli("app", "get", "shop", "-o", "wide")).out).toMatch(/Compared: +\S+ \(60m ago\)/);
  expect((await cli("app", "list", "-A")).out).toMatch(/argocd\/shop +default/);
  expect((await cli("app", "history", "shop", "-o", "wide")).out).toMatch(/0 +\S+ +automated +shop +[0-9a-f]{40}/);
  expect((await cli("app", "get", "none")).code).toBe(2);
});

test("app sync asks with the sync options of the Application's policy", async () => {
  expect((await cli("app", "sync", "shop", "--async")).err).toContain("1 sync requested");
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "shop" };
  expect((await fleet.hub.get(ref))?.["operation"]).toMatchObject({ sync: { syncOptions: ["CreateNamespace=true"] } });
  expect(await cli("app", "sync", "shop", "--async")).toMatchObject({ code: 2 });
});

test("app manifests shows either side, Secret values hidden", async () => {
  const git = await cli("app", "manifests", "shop", ...inspect);
  expect(git.out).toContain('a: "1"');
  expect(git.out).not.toContain("s3cret");
  const live = await cli("app", "manifests", "shop", "--source", "live", ...inspect);
  expect(live.out).toContain('a: "7"');
  expect(live.out).not.toContain("aGFja2Vk");
});

test("app actions lists what a resource offers and runs it in the cluster", async () => {
  const offered = await cli("app", "actions", "list", "shop", "--kind", "Deployment", ...inspect);
  expect(offered.out).toMatch(/apps +Deployment +shop +web +restart +false/);
  const scaled = await cli("app", "actions", "run", "shop", "scale", "--kind", "Deployment", "--param", "replicas=5", ...inspect);
  expect(scaled).toMatchObject({ out: "Deployment/web: scale done\n", code: 0 });
  const live = await fleet.cluster("east").get({ apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" });
  expect(live?.["spec"]).toMatchObject({ replicas: 5 });
  expect(await cli("app", "actions", "run", "shop", "explode", ...inspect)).toMatchObject({ code: 2 });
});

test("cluster add registers a context with labels, list says whether it answers, rm asks where Applications go there", async () => {
  expect((await cli("cluster", "add", "east")).err).toContain("is registered already, as east");
  expect(await cli("cluster", "rm", "east")).toMatchObject({ code: 2, out: "" });
  expect(await cli("cluster", "add", "hub", "--name", "home", "--label", "env=prod")).toMatchObject({
    out: "cluster home added\n",
  });
  const listed = await cli("cluster", "list", "-o", "wide");
  expect(listed.out).toMatch(/home +http:\S+ +v1\.\S+ +env=prod +Successful/);
  expect((await cli("cluster", "rm", "home")).out).toBe("cluster home removed\n");
  expect((await cli("cluster", "list")).out).not.toContain("home");
});

test("proj list, get and windows", async () => {
  await fleet.apply(`apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shops, namespace: argocd}
spec:
  sourceRepos: ['*']
  destinations: [{server: '*', namespace: 'shop-*'}]
  syncWindows: [{kind: deny, schedule: '* * * * *', duration: 1h, applications: ['*']}]
`);
  expect((await cli("proj", "list")).out).toMatch(/shops +\* +\*\/shop-\* +0 +1/);
  expect((await cli("proj", "get", "shops")).out).toContain("deny * * * * * for 1h");
  expect((await cli("proj", "windows", "shops")).out).toMatch(/0 +Active +deny +\* \* \* \* \* +1h +UTC/);
  expect((await cli("proj", "get", "none")).code).toBe(2);
});

test("app terminate-op ends a sync that waits for a hook, and says so where nothing runs", async () => {
  const hook = "{name: wait, annotations: {argocd.argoproj.io/hook: PreSync}}";
  const containers = "[{name: main, image: 'tool:1'}]";
  fleet.commit({
    "stuck/cm.yaml": flags,
    "stuck/job.yaml": `apiVersion: batch/v1
kind: Job
metadata: ${hook}
spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: ${containers}}}}
`,
  });
  await fleet.apply(application("stuck", { cluster: "east", automated: false }));
  await fleet.start();
  expect(await cli("app", "terminate-op", "stuck")).toMatchObject({
    err: expect.stringContaining("stuck has no running operation"),
    code: 2,
  });
  await fleet.hub.patch(appRef("stuck"), { operation: { sync: { syncOptions: ["CreateNamespace=true"] } } }, { type: "merge" });
  const operation = (app: ValueObject) => objectAt(objectAt(app, "status"), "operationState");
  await fleet.until("stuck", (app) => stringAt(operation(app), "message").includes("waiting for completion of hook"));
  const job = { apiVersion: "batch/v1", kind: "Job", namespace: "stuck", name: "wait" };
  expect(await fleet.cluster("east").get(job)).toBeDefined();
  // One that refuses is told of, the other is done.
  const both = await cli("app", "terminate-op", "stuck", "shop", "-o", "json");
  expect(JSON.parse(both.out)).toEqual([{ name: "stuck", namespace: "argocd", result: "the operation is being ended" }]);
  expect(both).toMatchObject({ err: expect.stringContaining("shop has no running operation"), code: 2 });
  const ended = await fleet.until("stuck", (app) => phaseOf(app) === "Failed");
  expect(stringAt(operation(ended), "message")).toContain("terminated");
  const live = await fleet.cluster("east").get(job);
  expect(live === undefined || live.metadata.deletionTimestamp !== undefined).toBe(true);
  expect(await fleet.cluster("east").get({ ...configMap, namespace: "stuck" })).toBeUndefined();
  const waited = await cli("app", "wait", "stuck", "--operation", "-o", "wide");
  expect(waited.out).toMatch(/stuck +OutOfSync +\w+ +Failed/);
  expect(waited).toMatchObject({ err: expect.stringContaining("stuck: Failed"), code: 2 });
  await fleet.stop();
}, 40_000);
