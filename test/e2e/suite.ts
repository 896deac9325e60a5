import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAt, type ValueObject } from "#src/core/manifest/value.js";
import { type Bench, deploymentText } from "./fixtures.js";
import { fieldsSuite } from "./suite-fields.js";
import { lifecycleSuite } from "./suite-lifecycle.js";
import { refusalSuite } from "./suite-refusals.js";
import type { ClusterFactory, TestCluster } from "./test-cluster.js";
import { applicationText, fieldOf, isSettled, isSettledAt, root, startWorkbench, until, type Workbench } from "./workbench.js";

/** The same behaviours on a real API server and on the simulator: wherever they differ, the simulator is wrong. */
export function behaviours(kind: TestCluster["kind"], make: ClusterFactory): void {
  let workbench: Workbench;
  let cluster: TestCluster;
  const bench: Bench = {
    get at() {
      return workbench;
    },
  };
  beforeAll(async () => {
    cluster = await make(kind);
    workbench = await startWorkbench(cluster);
  });
  afterAll(async () => {
    await workbench?.stop();
    await cluster?.stop();
  });

  describe("the guestbook", () => guestbookSuite(bench));
  describe("drift", () => driftSuite(bench));
  describe("a resource's life", () => lifecycleSuite(bench));
  describe("who owns which field", () => fieldsSuite(bench));
  describe("what the API server refuses", () => refusalSuite(bench));
}

function guestbookSuite(bench: Bench): void {
  test("staging and production are synced from one ApplicationSet, the migration before the Deployment", async () => {
    const { at } = bench;
    await at.commit(await guestbookFiles());
    const set = await readFile(join(root, "examples/guestbook/applicationset.yaml"), "utf8");
    await at.apply(set.replace(/repoURL: .*/, `repoURL: ${at.repository.url}`));
    for (const [env, replicas] of [
      ["staging", 2],
      ["production", 5],
    ] as const) {
      await at.untilApplication(`guestbook-${env}`, isSettled, 120_000);
      const namespace = `guestbook-${env}`;
      const deployment = await at.get("apps/v1", "Deployment", `${env}-guestbook-ui`, namespace);
      const job = await at.get("batch/v1", "Job", `${env}-db-migration`, namespace);
      expect(fieldOf(deployment, "status", "readyReplicas")).toBe(replicas);
      expect(fieldOf(job, "status", "succeeded")).toBe(1);
      const migrated = Date.parse(String(fieldOf(job, "status", "completionTime")));
      expect(Date.parse(String(deployment?.metadata.creationTimestamp))).toBeGreaterThanOrEqual(migrated);
    }
  });

  test("the migration runs anew with the next sync, and only once", async () => {
    const { at } = bench;
    const before = await at.get("batch/v1", "Job", "staging-db-migration", "guestbook-staging");
    const commit = await at.commit({
      "examples/guestbook/overlays/staging/replicas.yaml":
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: guestbook-ui}\nspec: {replicas: 3}\n",
    });
    await at.refresh("guestbook-staging");
    const app = await at.untilApplication(
      "guestbook-staging",
      (view) => isSettledAt(commit)(view) && view.syncedRevision === commit,
    );
    const after = await at.get("batch/v1", "Job", "staging-db-migration", "guestbook-staging");
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(app.results.filter((result) => result["hookType"] === "PreSync")).toHaveLength(1);
    expect(fieldOf(await at.get("apps/v1", "Deployment", "staging-guestbook-ui", "guestbook-staging"), "spec", "replicas")).toBe(
      3,
    );
  });
}

function driftSuite(bench: Bench): void {
  const files = (name: string): Record<string, string> => ({
    [`${name}/deployment.yaml`]: deploymentText(2),
    [`${name}/settings.yaml`]: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n",
  });

  test("what kubectl changed is put right where the Application heals itself", async () => {
    const { at } = bench;
    await at.commit(files("healed"));
    await at.apply(applicationText(at.repository.url, "healed"));
    await at.untilApplication("healed", isSettled);
    await at.kubectl(["scale", "-n", "healed", "deployment/web", "--replicas=4"]);
    await until(
      () => "the replicas are not put right",
      async () => fieldOf(await at.get("apps/v1", "Deployment", "web", "healed"), "spec", "replicas") === 2,
    );
    const editor = { KUBE_EDITOR: "sed -i s/info/debug/" };
    await at.kubectl(["edit", "-n", "healed", "configmap", "settings"], { env: editor });
    await until(
      () => "the edit is not put right",
      async () => fieldOf(await at.get("v1", "ConfigMap", "settings", "healed"), "data", "level") === "info",
    );
    await at.kubectl(["delete", "-n", "healed", "configmap", "settings"]);
    await until(
      () => "what was deleted does not come back",
      async () => (await at.get("v1", "ConfigMap", "settings", "healed")) !== undefined,
      90_000,
    );
    await at.untilApplication("healed", isSettled);
  });

  test("a production that is not automated is reported OutOfSync, and nothing is written until a person asks for it", async () => {
    const { at } = bench;
    await at.commit(files("watched"));
    const text = applicationText(at.repository.url, "watched", {
      syncPolicy: "{automated: null, syncOptions: [CreateNamespace=true]}",
    });
    // What users have: `automated: null`. The server drops it from what kubectl makes, and refuses it from server-side apply.
    await at.kubectl(["apply", "-f", "-"], { input: text });
    const serverSide = at.kubectl(["apply", "--server-side", "--field-manager=other", "-f", "-"], { input: text });
    await expect(serverSide).rejects.toThrow(/spec\.syncPolicy\.automated: Invalid value: "null"/);
    await at.untilApplication("watched", (app) => app.sync === "OutOfSync" && app.health === "Missing");
    expect(await at.get("v1", "Namespace", "watched")).toBeUndefined();
    const sync = { operation: { initiatedBy: { username: "kubectl" }, sync: { syncOptions: ["CreateNamespace=true"] } } };
    const requestSync = (): Promise<string> =>
      at.kubectl(["patch", "-n", "argocd", "application", "watched", "--type=merge", "-p", JSON.stringify(sync)]);
    await requestSync();
    await at.untilApplication("watched", isSettled);
    await at.kubectl(["scale", "-n", "watched", "deployment/web", "--replicas=4"]);
    await at.untilApplication("watched", (app) => app.sync === "OutOfSync");
    await at.refresh("watched");
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    expect(fieldOf(await at.get("apps/v1", "Deployment", "web", "watched"), "spec", "replicas")).toBe(4);
    const { resources } = await at.application("watched");
    expect(resources.map((each) => [each["kind"], each["status"]]).sort()).toEqual([
      ["ConfigMap", "Synced"],
      ["Deployment", "OutOfSync"],
    ]);
    await requestSync();
    await at.untilApplication("watched", isSettled);
    expect(fieldOf(await at.get("apps/v1", "Deployment", "web", "watched"), "spec", "replicas")).toBe(2);
  });

  test("kubectl shows the Applications with their columns, and kubectl apply changes one", async () => {
    const { at } = bench;
    const lines = (await at.kubectl(["get", "applications", "-n", "argocd"])).split("\n");
    expect(lines[0]).toMatch(/NAME\s+SYNC STATUS\s+HEALTH STATUS/);
    expect(lines.find((line) => line.startsWith("healed "))).toMatch(/Synced\s+Healthy/);
    await at.commit({ "other/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n" });
    const text = applicationText(at.repository.url, "watched").replace('"path":"watched"', '"path":"other"');
    await at.kubectl(["apply", "-f", "-"], { input: text });
    await at.untilApplication("watched", (app) => isSettled(app) && app.resources.some((each) => each["name"] === "other"));
    expect(await at.get("v1", "ConfigMap", "settings", "watched")).toBeUndefined();
    const list = JSON.parse(await at.kubectl(["get", "all", "-n", "watched", "-o", "json"])) as ValueObject;
    await until(
      () => `left: ${JSON.stringify(listAt(list, "items"))}`,
      async () => (await at.kubectl(["get", "deployments,pods", "-n", "watched", "-o", "name"])) === "",
    );
  });
}

async function guestbookFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await readdir(join(root, "examples/guestbook"), { recursive: true }))
    if (name.endsWith(".yaml"))
      files[`examples/guestbook/${name}`] = await readFile(join(root, "examples/guestbook", name), "utf8");
  return files;
}
