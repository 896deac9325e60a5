import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubeconfigOf } from "#src/simulator/server.js";
import { type Recorded, recordedRun } from "../recorded-run.js";
import { application, type Fleet, isSettled, startFleet } from "./fleet-fixture.js";

const project = `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: default, namespace: argocd}
spec:
  sourceRepos: ['*']
  destinations: [{server: '*', namespace: '*'}]
  clusterResourceWhitelist: [{group: '*', kind: '*'}]
`;
let fleet: Fleet;
const folder = mkdtempSync(join(tmpdir(), "fleetwright-codes-"));
const kubeconfig = join(folder, "kubeconfig");
const inspect = ["--data-dir", join(folder, "data"), "--allow-file-repositories"];
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: '1'}\n`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: { "same/cm.yaml": configMap("one"), "other/cm.yaml": configMap("two") },
  });
  writeFileSync(kubeconfig, kubeconfigOf([...fleet.simulators.values()]));
  for (const name of ["same", "other"]) await fleet.apply(application(name, { cluster: "east" }));
  await fleet.apply(project);
  await fleet.start();
  for (const name of ["same", "other"]) await fleet.until(name, isSettled);
  await fleet.stop();
  const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "other", name: "two" };
  await fleet.cluster("east").patch(ref, { data: { a: "2" } }, { type: "merge", fieldManager: "kubectl-edit" });
}, 120_000);
afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true, force: true });
});

const cli = async (args: readonly string[]): Promise<Recorded> =>
  await recordedRun([...args, "--kubeconfig", kubeconfig], folder);

describe("exit code 0: it is done, or nothing was found", () => {
  test.each([
    [["app", "list"]],
    [["app", "list", "-l", "team=none"]],
    [["app", "list", "--appset", "none"]],
    [["app", "get", "other"]],
    [["app", "resources", "other"]],
    [["app", "history", "other"]],
    [["app", "diff", "same", ...inspect]],
    [["app", "manifests", "same", ...inspect]],
    [["app", "actions", "list", "same", ...inspect]],
    [["app", "wait", "same"]],
    [["app", "diff", "--appset", "none", ...inspect]],
    [["app", "terminate-op", "--appset", "none"]],
    [["app", "delete", "--appset", "none", "--yes"]],
    [["app", "sync", "--project", "default", "--async", "--dry-run"]],
    [["drift"]],
    [["drift", "--live", "--cluster", "west", ...inspect]],
    [["cluster", "list"]],
    [["cluster", "list", "--no-check"]],
    [["proj", "list"]],
    [["proj", "get", "default"]],
    [["proj", "windows", "default"]],
    [["plan", "list"]],
    [["--help"]],
    [["app", "--help"]],
  ])("%j", async (args) => {
    const run = args.at(-1) === "--help" ? await recordedRun(args, folder) : await cli(args);
    expect(run).toMatchObject({ code: 0 });
  });
});

describe("exit code 1: differences were found", () => {
  test.each([[["app", "diff", "other", ...inspect]], [["drift", "--live", ...inspect]]])("%j", async (args) => {
    const run = await cli(args);
    expect(run).toMatchObject({ code: 1, err: "" });
    expect(run.out).toContain("two");
  });
});

describe("exit code 2: it could not be done, and the reason is on standard error", () => {
  test.each([
    [["app", "get", "none"]],
    [["app", "resources", "none"]],
    [["app", "history", "none"]],
    [["app", "rollback", "same", "77"]],
    [["app", "diff", "none", ...inspect]],
    [["app", "manifests", "none", ...inspect]],
    [["app", "actions", "list", "none", ...inspect]],
    [["app", "actions", "run", "same", "explode", ...inspect]],
    [["app", "sync"]],
    [["app", "sync", "none"]],
    [["app", "sync", "same", "--resource", "nonsense"]],
    [["app", "get"]],
    [["app", "diff", ...inspect]],
    [["app", "delete", "--yes"]],
    [["app", "delete", "--project", "default"]],
    [["app", "wait", "none"]],
    [["app", "delete", "none", "--yes"]],
    [["app", "terminate-op", "same"]],
    [["app", "list", "-o", "xml"]],
    [["app", "explode"]],
    [["drift", "--for", "soon"]],
    [["cluster", "add", "nowhere"]],
    [["cluster", "rm", "none"]],
    [["proj", "get", "none"]],
    [["proj", "windows", "none"]],
    [["plan", "approve", "none"]],
    [["explode"]],
  ])("%j", async (args) => {
    const run = await cli(args);
    expect(run).toMatchObject({ code: 2, out: "" });
    expect(run.err).not.toBe("");
  });

  test("a hub that does not answer", async () => {
    const dead = join(folder, "dead");
    const cluster = { name: "dead", cluster: { server: "http://127.0.0.1:1" } };
    const context = { name: "dead", context: { cluster: "dead", user: "dead" } };
    const users = [{ name: "dead", user: {} }];
    writeFileSync(
      dead,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "dead",
        clusters: [cluster],
        contexts: [context],
        users,
      }),
    );
    const run = await recordedRun(["app", "list", "--kubeconfig", dead], folder);
    expect(run).toMatchObject({ code: 2, out: "" });
  });
});

describe("what is for programs is JSON and YAML", () => {
  test.each([
    [["app", "list"]],
    [["app", "get", "same"]],
    [["app", "resources", "same"]],
    [["app", "history", "same"]],
    [["app", "get", "--project", "default"]],
    [["app", "resources", "--project", "default"]],
    [["app", "history", "--project", "default"]],
    [["app", "manifests", "--project", "default", ...inspect]],
    [["app", "actions", "list", "--project", "default", ...inspect]],
    [["app", "actions", "list", "same", ...inspect]],
    [["app", "diff", "same", ...inspect]],
    [["drift"]],
    [["cluster", "list"]],
    [["proj", "list"]],
    [["proj", "get", "default"]],
    [["proj", "windows", "default"]],
  ])("%j", async (args) => {
    const json = await cli([...args, "-o", "json"]);
    expect(json.code).toBe(0);
    expect(typeof JSON.parse(json.out)).toBe("object");
    for (const format of ["yaml", "table", "wide"]) expect(await cli([...args, "-o", format])).toMatchObject({ code: 0 });
  });
});
