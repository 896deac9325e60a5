import { expect, test } from "vitest";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { listAt, objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import type { ObjectRef } from "#src/ports/cluster.js";
import { memoryWorld, type World } from "./memory-world.js";

const stages = ["dev", "stage", "prod"] as const;
const configMap = (value: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: "${value}"}\n`;
const filesOf = (value: string) => Object.fromEntries(stages.map((stage) => [`${stage}/settings.yaml`, configMap(value)]));
const step = (stage: string) => ({ matchExpressions: [{ key: "stage", operator: "In", values: [stage] }] });
/** Nothing of a list announces itself or is polled: only what happens to the Applications makes the roll-out go on. */
const set = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "ApplicationSet",
  metadata: { name: "web", namespace: "argocd" },
  spec: {
    generators: [{ list: { elements: stages.map((stage) => ({ stage })) } }],
    strategy: { type: "RollingSync", rollingSync: { steps: stages.map(step) } },
    template: {
      metadata: { name: "web-{{stage}}", labels: { stage: "{{stage}}" } },
      spec: {
        project: "default",
        source: { repoURL: "https://example.com/repo", path: "{{stage}}", targetRevision: "main" },
        destination: { name: "one", namespace: "{{stage}}" },
        syncPolicy: { automated: {}, syncOptions: ["CreateNamespace=true"] },
      },
    },
  },
} as KubernetesObject;

const statusOf = (object: KubernetesObject | undefined): ValueObject =>
  objectAt(object as unknown as ValueObject | undefined, "status");
const entriesOf = (world: World): readonly ValueObject[] =>
  listAt(statusOf(world.hub.all("ApplicationSet")[0]), "applicationStatus") as readonly ValueObject[];
const told = (world: World): readonly string[] =>
  entriesOf(world)
    .map((entry) => `${stringAt(entry, "step")} ${stringAt(entry, "status")}`)
    .sort();
const applied = (world: World): readonly string[] =>
  world.target
    .all("ConfigMap")
    .map((object) => `${object.metadata.namespace} ${stringAt(objectAt(object as unknown as ValueObject, "data"), "value")}`);
const syncs = (world: World): readonly number[] =>
  world.hub.all("Application").map((application) => listAt(statusOf(application), "history").length);
const appRef = (name: string): ObjectRef => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  namespace: "argocd",
  name,
});
const allHealthy = ["1 Healthy", "2 Healthy", "3 Healthy"];

/** A set of three steps that has just been created in a world whose clock stands at this millisecond of a second. */
async function rollingWorld(offsetMs: number): Promise<World> {
  const world = memoryWorld(filesOf("1"));
  world.start();
  await world.clock.advance(offsetMs);
  await world.hub.create(set);
  return world;
}

test.each([0, 900])(
  "each step goes on when the one before is healthy, though nothing is polled, and syncs once (%d ms)",
  async (offset) => {
    const world = await rollingWorld(offset);
    await world.clock.advance(15_000);
    expect([told(world), syncs(world)]).toEqual([allHealthy, [1, 1, 1]]);
    world.commit(filesOf("2"));
    for (const stage of stages)
      await world.hub.patch(
        appRef(`web-${stage}`),
        { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } },
        { type: "merge" },
      );
    await world.clock.advance(15_000);
    expect([told(world), syncs(world)]).toEqual([allHealthy, [2, 2, 2]]);
    expect(applied(world)).toEqual(stages.map((stage) => `${stage} 2`));
  },
);

test("a step whose Application is slow to become healthy holds the next one, which goes on as soon as it is", async () => {
  const world = await rollingWorld(100);
  const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: m, image: "a:1"}]}}}\n`;
  world.commit({ ...filesOf("1"), "dev/web.yaml": deployment });
  await world.clock.advance(40_000);
  expect(told(world)).toEqual(["1 Progressing", "2 Waiting", "3 Waiting"]);
  const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: "dev", name: "web" };
  const conditions = [{ type: "Available", status: "True" }];
  world.target.change(ref, (live) => ({
    ...live,
    status: {
      observedGeneration: live.metadata.generation ?? 1,
      replicas: 1,
      updatedReplicas: 1,
      availableReplicas: 1,
      conditions,
    },
  }));
  await world.clock.advance(12_000);
  expect(told(world)).toEqual(allHealthy);
});

test("an Application that is synced and healthy by a status older than its step, as other clocks tell it, is looked at again", async () => {
  const world = await rollingWorld(100);
  await world.clock.advance(15_000);
  const later = new Date(world.clock.now() + 4_000).toISOString();
  world.hub.change({ ...appRef("web"), kind: "ApplicationSet" }, (live) => {
    const entries = entriesOf(world).map((entry) =>
      entry["step"] === "1" ? { ...entry, status: "Progressing", lastTransitionTime: later } : entry,
    );
    return { ...live, status: { ...statusOf(live), applicationStatus: entries } };
  });
  await world.clock.advance(2_000);
  expect(told(world)).toEqual(["1 Progressing", "2 Healthy", "3 Healthy"]);
  await world.clock.advance(15_000);
  expect([told(world), syncs(world)]).toEqual([allHealthy, [1, 1, 1]]);
});
