import { expect, test } from "vitest";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { ClusterError } from "#src/ports/cluster-error.js";
import { memoryWorld, type World } from "./memory-world.js";

const deployment = (image: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: m, image: "${image}"}]}}}\n`;
const late = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: late, annotations: {argocd.argoproj.io/sync-wave: '1'}}\n";
const application = (retry: object = { limit: 0 }) => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "app", namespace: "argocd" },
  spec: {
    project: "default",
    source: { repoURL: "https://example.com/repo", path: "app", targetRevision: "main" },
    destination: { name: "one", namespace: "app" },
    syncPolicy: { automated: { selfHeal: true }, retry, syncOptions: ["CreateNamespace=true"] },
  },
});
const compat = (value: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "argocd-cm", namespace: "argocd" },
  data: { "fleetwright.compat": value },
});
const operationOf = (world: World): ValueObject =>
  objectAt(objectAt(world.hub.all("Application")[0] as unknown as ValueObject, "status"), "operationState");
const revisionOf = (world: World): string => stringAt(objectAt(operationOf(world), "syncResult"), "revision");

/** A Deployment that never becomes ready holds the wave behind it. */
async function stuckSync(settings: string): Promise<World> {
  const world = memoryWorld({ "app/web.yaml": deployment("bad:1"), "app/late.yaml": late });
  await world.hub.create(compat(settings));
  world.start();
  await world.clock.advance(100);
  await world.hub.create(application());
  await world.clock.advance(60_000);
  return world;
}

test("an automated sync that only waits gives way to a newer commit, and says until then what it waits for and since when", async () => {
  const world = await stuckSync("fleetwright");
  const message = stringAt(operationOf(world), "message");
  expect(message).toMatch(/^waiting for healthy state of apps\/Deployment\/web \(since 2026-01-01T00:00:.*Z\)$/);
  await world.clock.advance(30_000);
  expect(stringAt(operationOf(world), "message")).toBe(message);
  const commit = world.commit({ "app/web.yaml": deployment("good:2"), "app/late.yaml": late });
  await world.clock.advance(400_000);
  expect(revisionOf(world)).toBe(commit);
});

test("the original's way, where argocd-cm selects it: the sync that waits goes on waiting", async () => {
  const world = await stuckSync("argocd");
  const before = revisionOf(world);
  world.commit({ "app/web.yaml": deployment("good:2"), "app/late.yaml": late });
  await world.clock.advance(400_000);
  expect(revisionOf(world)).toBe(before);
  expect(stringAt(operationOf(world), "phase")).toBe("Running");
});

test.each([
  ["after a failed sync self-heal tries again with a back-off", "fleetwright", true],
  ["the original's way, where argocd-cm selects it: a failed sync of a revision is not tried again", "argocd", false],
] as const)("%s", async (_title, settings, isTriedAgain) => {
  const world = memoryWorld({ "app/late.yaml": late });
  await world.hub.create(compat(settings));
  let isBroken = true;
  world.target.onWrite((object) => {
    if (object.kind === "ConfigMap" && isBroken) throw new ClusterError("not today", { reason: "Forbidden", status: 403 });
    return object;
  });
  world.start();
  await world.clock.advance(100);
  await world.hub.create(application());
  await world.clock.advance(10_000);
  expect(stringAt(operationOf(world), "phase")).toBe("Failed");
  isBroken = false;
  await world.clock.advance(400_000);
  expect(stringAt(operationOf(world), "phase")).toBe(isTriedAgain ? "Succeeded" : "Failed");
});
