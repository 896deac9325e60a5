import { expect, test } from "vitest";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { memoryWorld } from "./memory-world.js";

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const application = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "app", namespace: "argocd" },
  spec: {
    project: "default",
    source: { repoURL: "https://example.com/repo", path: "app", targetRevision: "main" },
    destination: { name: "one", namespace: "app" },
    syncPolicy: { automated: {}, syncOptions: ["CreateNamespace=true"] },
  },
};

/** A world with one Synced Application; how often it was walked and compared since. As of an API server, answers carry managedFields. */
async function settledWorld() {
  const rooms = new Map<string, number>();
  const count = (room: string): void => void rooms.set(room, (rooms.get(room) ?? 0) + 1);
  const world = memoryWorld(
    { "app/a.yaml": configMap("a") },
    {
      observe(name, labels) {
        if (name === "fleetwright_room_duration_seconds") count(labels["room"]!);
        if (name === "argocd_app_reconcile") count("walk");
      },
    },
  );
  world.hub.onWrite((object) => ({
    ...object,
    metadata: { ...object.metadata, managedFields: [{ manager: "argocd-controller" }] },
  }));
  world.start();
  await world.clock.advance(100);
  await world.hub.create(application);
  await world.clock.advance(400_000);
  const revision = (): string => {
    const status = objectAt(world.hub.all("Application")[0] as unknown as ValueObject, "status");
    return stringAt(objectAt(status, "sync"), "revision");
  };
  return { world, rooms, revision };
}

test("an Application of which nothing has changed learns of commits without being compared, however many have come", async () => {
  const { world, rooms, revision } = await settledWorld();
  rooms.clear();
  for (const other of ["b", "c", "d"]) {
    const commit = world.commit({ ...world.files, [`other/${other}.yaml`]: configMap(other) });
    await world.clock.advance(400_000);
    expect(revision()).toBe(commit);
  }
  expect(rooms.get("walk")).toBeGreaterThanOrEqual(3);
  expect(rooms.get("compare") ?? 0).toBe(0);
});

test("at rest it is looked at once in ten minutes, not at each poll of its repository, and a change in its cluster at once", async () => {
  const { world, rooms } = await settledWorld();
  await world.clock.advance(600_000);
  rooms.clear();
  await world.clock.advance(3_600_000);
  expect(rooms.get("watch")).toBeGreaterThan(20);
  expect(rooms.get("walk")).toBeGreaterThanOrEqual(6);
  expect(rooms.get("walk")).toBeLessThanOrEqual(8);
  expect(rooms.get("compare") ?? 0).toBe(0);
  await world.target.patch(
    { apiVersion: "v1", kind: "ConfigMap", namespace: "app", name: "a" },
    { data: { by: "hand" } },
    { type: "merge" },
  );
  await world.clock.advance(1_000);
  expect(rooms.get("compare")).toBeGreaterThan(0);
});
