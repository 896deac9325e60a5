import { afterEach, expect, test } from "vitest";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { guardConfigMap, type HeldPlan, heldPlans } from "#src/engine/guard/guard-record.js";
import { application, appRef, conditionsOf, type Fleet, isSettled, startFleet, syncOf } from "./fleet-fixture.js";

let fleet: Fleet;
afterEach(() => fleet.close());

const budgets = `budgets:
  - name: production
    environment: prod
    max: {changed: 1, removed: 0}
`;
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: "${value}"}\n`;

const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - git: {repoURL: $REPO, revision: main, directories: [{path: apps/*}]}
  template:
    metadata: {name: "{{.path.basename}}", labels: {env: prod}}
    spec:
      project: default
      source: {repoURL: $REPO, targetRevision: main, path: "{{.path.path}}"}
      destination: {name: east, namespace: "{{.path.basename}}"}
      syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}
`;

const recordRef = { apiVersion: "v1", kind: "ConfigMap", namespace: "argocd", name: guardConfigMap };
const setRef = { apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", namespace: "argocd", name: "shop" };

async function value(namespace: string): Promise<string> {
  const found = await fleet.cluster("east").get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "flags" });
  return stringAt(objectAt(found as unknown as ValueObject | undefined, "data"), "a");
}

/** The one plan that waits, once there is one that `holds` is true of. */
async function heldPlan(holds: (plan: HeldPlan) => boolean = () => true): Promise<HeldPlan> {
  for (let tries = 0; tries < 400; tries++) {
    const found = heldPlans(await fleet.hub.get(recordRef)).find(holds);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("no plan is held");
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("not in time");
}

const approve = (hash: string) =>
  fleet.hub.patch(recordRef, { metadata: { annotations: { "fleetwright.dev/approve-plan": hash } } }, { type: "merge" });
const conditionOf = (object: unknown, type: string) => conditionsOf(object as ValueObject).find((one) => one["type"] === type);

async function started(names: readonly string[]) {
  fleet = await startFleet({
    clusters: ["east"],
    files: {
      "fleetwright.yaml": budgets,
      "free/cm.yaml": config("1"),
      ...Object.fromEntries(names.map((name) => [`apps/${name}/cm.yaml`, config("1")])),
    },
  });
  await fleet.apply(set);
  const controller = await fleet.start();
  for (const name of names) await fleet.until(name, isSettled);
  return controller;
}

test("a commit over budget is held until exactly its plan is approved, through a restart, while other work goes on", async () => {
  let { controller, metrics } = await started(["a", "b"]);
  // Within the budget: one of production.
  fleet.commit({ "apps/a/cm.yaml": config("2") });
  await controller.pollRepositories();
  await eventually(async () => (await value("a")) === "2");
  fleet.commit({ "apps/a/cm.yaml": config("3"), "apps/b/cm.yaml": config("3") });
  await controller.pollRepositories();
  const first = await heldPlan();
  expect(first).toMatchObject({
    why: ["production: changed is 2, at most 1 is allowed"],
    changes: [
      { application: "argocd/a", effect: "changed", resources: ["changed /ConfigMap//flags"] },
      { application: "argocd/b", effect: "changed" },
    ],
  });
  const a = await fleet.until("a", (app) => conditionOf(app, "RolloutHeld") !== undefined);
  expect(stringAt(conditionOf(a, "RolloutHeld"), "message")).toContain(`fleetwright plan approve ${first.hash}`);
  expect(syncOf(a)).toBe("Synced");
  await eventually(async () => conditionOf(await fleet.hub.get(setRef), "RolloutHeld")?.["status"] === "True");
  expect(await metrics()).toContain('fleetwright_held_plans{kind="commit"} 1');

  // Other work goes on: drift is healed by what was let through, and what asks for the held commit by name is refused.
  await fleet
    .cluster("east")
    .patch({ apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "flags" }, { data: { a: "9" } }, { type: "merge" });
  await eventually(async () => (await value("a")) === "2");
  await fleet.hub.patch(appRef("a"), { operation: { sync: { revision: first.to } } }, { type: "merge" });
  const refused = await fleet.until(
    "a",
    (app) => stringAt(objectAt(objectAt(app, "status"), "operationState"), "phase") === "Error",
  );
  expect(stringAt(objectAt(objectAt(refused, "status"), "operationState"), "message")).toContain("is held");

  // Neither a restart nor the approval of another plan lets it through.
  await fleet.stop();
  ({ controller, metrics } = await fleet.start());
  await approve("0".repeat(64));
  await controller.pollRepositories();
  await eventually(async () => (await metrics()).includes('fleetwright_held_plans{kind="commit"} 1'));
  expect(await heldPlan()).toMatchObject({ hash: first.hash, since: first.since });
  expect([await value("a"), await value("b")]).toEqual(["2", "1"]);

  // A changed plan has another hash; the approval of the old one counts for nothing.
  fleet.commit({ "apps/b/cm.yaml": config("4") });
  await controller.pollRepositories();
  const second = await heldPlan(({ hash }) => hash !== first.hash);
  await approve(first.hash);
  await controller.pollRepositories();
  await controller.whenIdle();
  expect([await value("a"), await value("b")]).toEqual(["2", "1"]);

  // An approval that comes while nobody runs counts when someone does again.
  await fleet.stop();
  await approve(second.hash);
  ({ metrics } = await fleet.start());
  await eventually(async () => (await value("a")) === "3" && (await value("b")) === "4");
  await fleet.until("a", (app) => conditionOf(app, "RolloutHeld") === undefined);
  expect(heldPlans(await fleet.hub.get(recordRef))).toEqual([]);
  await eventually(async () => conditionOf(await fleet.hub.get(setRef), "RolloutHeld")?.["status"] === "False");
  expect((await fleet.hub.get(recordRef))?.metadata.annotations?.["fleetwright.dev/approve-plan"]).toBeUndefined();
}, 60_000);

test("no change of an ApplicationSet is applied while it is held, and one approval is proof enough for its deletions", async () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const { controller } = await started(names);
  fleet.commit(Object.fromEntries(["b", "c", "d", "e", "f"].map((name) => [`apps/${name}`, null])));
  await controller.pollRepositories();
  const plan = await heldPlan();
  expect(plan.why).toEqual(["production: changed is 5, at most 1 is allowed", "production: removed is 5, at most 0 is allowed"]);
  await controller.whenIdle();
  expect(await fleet.app("f")).toBeDefined();
  await approve(plan.hash);
  for (const name of ["b", "c", "d", "e", "f"]) await eventually(async () => (await fleet.app(name)) === undefined);
  expect(await fleet.app("a")).toBeDefined();
}, 60_000);

test("a commit that takes the held one back lets go of it, and a commit cannot raise its own budget", async () => {
  const { controller } = await started(["a", "b"]);
  fleet.commit({ "apps/a/cm.yaml": config("2"), "apps/b/cm.yaml": config("2"), "fleetwright.yaml": "budgets: []\n" });
  await controller.pollRepositories();
  await heldPlan();
  fleet.commit({ "apps/a/cm.yaml": config("1"), "apps/b/cm.yaml": config("1"), "fleetwright.yaml": budgets });
  await controller.pollRepositories();
  await eventually(async () => heldPlans(await fleet.hub.get(recordRef)).length === 0);
  await fleet.until("a", (app) => conditionOf(app, "RolloutHeld") === undefined && syncOf(app) === "Synced");
  expect([await value("a"), await value("b")]).toEqual(["1", "1"]);
}, 60_000);

test("a repository without budgets is not guarded and leaves no record", async () => {
  fleet = await startFleet({ clusters: ["east"], files: { "a/cm.yaml": config("1"), "b/cm.yaml": config("1") } });
  for (const name of ["a", "b"]) await fleet.apply(application(name, { cluster: "east" }));
  const { controller } = await fleet.start();
  for (const name of ["a", "b"]) await fleet.until(name, isSettled);
  fleet.commit({ "a/cm.yaml": config("2"), "b/cm.yaml": config("2") });
  await controller.pollRepositories();
  await eventually(async () => (await value("a")) === "2" && (await value("b")) === "2");
  expect(await fleet.hub.get(recordRef)).toBeUndefined();
}, 60_000);
