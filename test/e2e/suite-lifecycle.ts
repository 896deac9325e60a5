import { expect, test } from "vitest";
import type { Bench } from "./fixtures.js";
import { applicationText, fieldOf, isSettled, isSettledAt, until } from "./workbench.js";

const configMap = (name: string, more = ""): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\n`;

const hook = (name: string, kind: string, policy: string, template = ""): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations:
    argocd.argoproj.io/hook: ${kind}
    argocd.argoproj.io/hook-delete-policy: ${policy}
spec:
  backoffLimit: 0
  template:
${template}    spec:
      restartPolicy: Never
      containers: [{name: main, image: "registry.example.com/tool:1"}]
`;

/** Resources come, run and go. */
export function lifecycleSuite(bench: Bench): void {
  test("a resource that left git is pruned; one marked Prune=false stays and the Application is OutOfSync", async () => {
    const { at } = bench;
    await at.commit({
      "pruned/kept.yaml": configMap("kept"),
      "pruned/gone.yaml": configMap("gone"),
      "pruned/held.yaml": configMap("held", `, annotations: {argocd.argoproj.io/sync-options: "Prune=false"}`),
    });
    await at.apply(
      applicationText(at.repository.url, "pruned", {
        syncPolicy: "{automated: {prune: true}, syncOptions: [CreateNamespace=true]}",
      }),
    );
    await at.untilApplication("pruned", isSettled);
    const commit = await at.commit({ "pruned/gone.yaml": null, "pruned/held.yaml": null });
    await at.refresh("pruned");
    const app = await at.untilApplication("pruned", (view) => view.syncedRevision === commit && view.phase === "Succeeded");
    expect(await at.get("v1", "ConfigMap", "gone", "pruned")).toBeUndefined();
    expect(await at.get("v1", "ConfigMap", "held", "pruned")).toBeDefined();
    expect(app.results.map((each) => [each["name"], each["status"]])).toContainEqual(["gone", "Pruned"]);
    expect((await at.application("pruned")).sync).toBe("OutOfSync");
  });

  test("hooks run in their phases and go by their delete policies", async () => {
    const { at } = bench;
    await at.commit({
      "hooked/first.yaml": hook("first", "PreSync", "HookSucceeded"),
      "hooked/main.yaml": configMap("main"),
      "hooked/last.yaml": hook("last", "PostSync", "BeforeHookCreation"),
      "hooked/rescue.yaml": hook("rescue", "SyncFail", "BeforeHookCreation"),
    });
    await at.apply(applicationText(at.repository.url, "hooked"));
    const app = await at.untilApplication("hooked", isSettled);
    const hooks = app.results.filter((each) => each["hookType"] !== undefined);
    expect(hooks.map((each) => [each["name"], each["syncPhase"], each["hookPhase"]])).toEqual([
      ["first", "PreSync", "Succeeded"],
      ["last", "PostSync", "Succeeded"],
    ]);
    await until(
      () => "the hook with HookSucceeded stays",
      async () => (await at.get("batch/v1", "Job", "first", "hooked")) === undefined,
    );
    const last = await at.get("batch/v1", "Job", "last", "hooked");
    expect(fieldOf(last, "status", "succeeded")).toBe(1);
    expect(await at.get("batch/v1", "Job", "rescue", "hooked")).toBeUndefined();
  });

  test("a hook that fails stops the sync: what comes after it is not applied, the SyncFail hook runs", async () => {
    const { at } = bench;
    const crashes = "    metadata: {annotations: {simulator.fleetwright.dev/behavior: crash}}\n";
    await at.commit({
      "failed/first.yaml": hook("first", "PreSync", "HookFailed", crashes),
      "failed/main.yaml": configMap("main"),
      "failed/rescue.yaml": hook("rescue", "SyncFail", "BeforeHookCreation"),
      "failed/last.yaml": hook("last", "PostSync", "BeforeHookCreation"),
    });
    const syncPolicy = "{automated: {}, retry: {limit: 0}, syncOptions: [CreateNamespace=true]}";
    await at.apply(applicationText(at.repository.url, "failed", { syncPolicy }));
    const app = await at.untilApplication("failed", (view) => view.phase === "Failed");
    expect(app.sync).toBe("OutOfSync");
    expect(app.message).toContain("one or more synchronization tasks completed unsuccessfully");
    const hooks = app.results.filter((each) => each["hookType"] !== undefined);
    expect(hooks.map((each) => [each["name"], each["hookPhase"]])).toEqual([
      ["first", "Failed"],
      ["rescue", "Succeeded"],
    ]);
    expect(await at.get("v1", "ConfigMap", "main", "failed")).toBeUndefined();
    await until(
      () => "the hook with HookFailed stays",
      async () => (await at.get("batch/v1", "Job", "first", "failed")) === undefined,
    );
  });

  test("an Application with the cascade finalizer takes its resources along; objects with finalizers of others are waited for", async () => {
    const { at } = bench;
    await at.commit({
      "cascaded/a.yaml": configMap("a"),
      "cascaded/b.yaml": configMap("b", `, finalizers: [example.com/hold], annotations: {argocd.argoproj.io/sync-wave: "1"}`),
    });
    await at.apply(applicationText(at.repository.url, "cascaded", { finalizer: true }));
    await at.untilApplication("cascaded", isSettled);
    await at.kubectl(["delete", "-n", "argocd", "application", "cascaded", "--wait=false"]);
    await until(
      () => "b is not being deleted",
      async () => (await at.get("v1", "ConfigMap", "b", "cascaded"))?.metadata.deletionTimestamp !== undefined,
    );
    expect((await at.application("cascaded")).object).toBeDefined();
    // The highest wave first: a waits for b.
    expect((await at.get("v1", "ConfigMap", "a", "cascaded"))?.metadata.deletionTimestamp).toBeUndefined();
    await at.kubectl([
      "patch",
      "-n",
      "cascaded",
      "configmap",
      "b",
      "--type=json",
      "-p",
      `[{"op":"remove","path":"/metadata/finalizers"}]`,
    ]);
    await until(
      () => "the Application stays",
      async () => (await at.application("cascaded")).object === undefined,
    );
    expect(await at.get("v1", "ConfigMap", "a", "cascaded")).toBeUndefined();
  });

  test("an Application without the finalizer leaves its resources", async () => {
    const { at } = bench;
    await at.commit({ "orphaned/a.yaml": configMap("a") });
    await at.apply(applicationText(at.repository.url, "orphaned"));
    await at.untilApplication("orphaned", isSettled);
    await at.kubectl(["delete", "-n", "argocd", "application", "orphaned"]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await at.get("v1", "ConfigMap", "a", "orphaned")).toBeDefined();
  });

  test("a definition and an object of its kind are installed in one sync", async () => {
    const { at } = bench;
    const commit = await at.commit({
      "defined/crd.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.e2e.example.com}
spec:
  group: e2e.example.com
  scope: Namespaced
  names: {kind: Backup, plural: backups, singular: backup, listKind: BackupList}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {schedule: {type: string}, keep: {type: integer, default: 3}}}
`,
      "defined/backup.yaml": `apiVersion: e2e.example.com/v1
kind: Backup
metadata:
  name: nightly
  annotations: {argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true}
spec: {schedule: "0 2 * * *"}
`,
    });
    await at.apply(applicationText(at.repository.url, "defined"));
    const app = await at.untilApplication("defined", isSettledAt(commit));
    expect(app.resources.map((each) => [each["kind"], each["status"]]).sort()).toEqual([
      ["Backup", "Synced"],
      ["CustomResourceDefinition", "Synced"],
    ]);
    expect(fieldOf(await at.get("e2e.example.com/v1", "Backup", "nightly", "defined"), "spec")).toEqual({
      schedule: "0 2 * * *",
      keep: 3,
    });
    await at.kubectl(["patch", "-n", "defined", "backup", "nightly", "--type=merge", "-p", `{"spec":{"schedule":"@daily"}}`]);
    await until(
      () => "the new kind is not followed",
      async () => fieldOf(await at.get("e2e.example.com/v1", "Backup", "nightly", "defined"), "spec", "schedule") === "0 2 * * *",
    );
  });

  test("CreateNamespace makes the namespace with its labels and annotations; a later sync brings them up to date", async () => {
    const { at } = bench;
    await at.commit({ "placed/a.yaml": configMap("a") });
    const text = (team: string): string => {
      const metadata = `managedNamespaceMetadata: {labels: {team: ${team}}, annotations: {example.com/owner: ops}}`;
      const syncPolicy = `{automated: {selfHeal: true}, syncOptions: [CreateNamespace=true], ${metadata}}`;
      return applicationText(at.repository.url, "placed", { syncPolicy });
    };
    await at.apply(text("payments"));
    await at.untilApplication("placed", isSettled);
    const namespace = await at.get("v1", "Namespace", "placed");
    expect(namespace?.metadata.labels?.["team"]).toBe("payments");
    expect(namespace?.metadata.annotations?.["example.com/owner"]).toBe("ops");
    await at.kubectl(["label", "namespace", "placed", "made-by=hand"]);
    await at.apply(text("billing"));
    const commit = await at.commit({ "placed/b.yaml": configMap("b") });
    await at.refresh("placed");
    await at.untilApplication("placed", (app) => isSettledAt(commit)(app) && app.syncedRevision === commit);
    const labels = (await at.get("v1", "Namespace", "placed"))?.metadata.labels;
    expect(labels).toMatchObject({ team: "billing", "made-by": "hand" });
  });

  test("PreDelete and PostDelete hooks run before and after the resources go", async () => {
    const { at } = bench;
    await at.commit({
      "farewell/a.yaml": configMap("a"),
      "farewell/drain.yaml": hook("drain", "PreDelete", "BeforeHookCreation"),
      "farewell/report.yaml": hook("report", "PostDelete", "BeforeHookCreation"),
    });
    await at.apply(applicationText(at.repository.url, "farewell", { finalizer: true }));
    const app = await at.untilApplication("farewell", isSettled);
    expect(app.results.some((each) => each["kind"] === "Job")).toBe(false);
    const order: string[] = [];
    await at.kubectl(["delete", "-n", "argocd", "application", "farewell", "--wait=false"]);
    await until(
      () => `the Application stays; seen: ${order.join()}`,
      async () => {
        for (const name of ["drain", "report"]) {
          const job = await at.get("batch/v1", "Job", name, "farewell");
          if (job === undefined || order.some((seen) => seen.startsWith(name))) continue;
          order.push(`${name} ${(await at.get("v1", "ConfigMap", "a", "farewell")) ? "with a" : "without a"}`);
        }
        return (await at.application("farewell")).object === undefined;
      },
    );
    expect(order.at(-1)).toBe("report without a");
    expect(order).toHaveLength(2);
  });
}
