import { expect, test } from "vitest";
import { type CrashPoint, memoryWorld, type World } from "./memory-world.js";

const job = (name: string, hook: string, more = "") =>
  `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\n  annotations:\n    argocd.argoproj.io/hook: ${hook}\n${more}spec: {template: {spec: {restartPolicy: Never, containers: [{name: m, image: x}]}}}\n`;
const files = {
  "app/a-migrate.yaml": job("migrate", "PreSync", "    argocd.argoproj.io/hook-delete-policy: HookSucceeded\n"),
  "app/b-config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata: {a: '1'}\n",
  "app/c-late.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: late, annotations: {argocd.argoproj.io/sync-wave: '5'}}\ndata: {a: '1'}\n",
  "app/d-tell.yaml": job("tell", "PostSync", "    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation\n"),
};

const application = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "app", namespace: "argocd" },
  spec: {
    project: "default",
    source: { repoURL: "https://example.com/repo", path: "app", targetRevision: "main" },
    destination: { name: "one", namespace: "app" },
    syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ["CreateNamespace=true"] },
  },
};

async function run(crash?: CrashPoint): Promise<{ world: World; writes: number; crashed: boolean }> {
  const world = memoryWorld(files);
  const first = world.start(crash);
  await world.clock.advance(100);
  if (!first.crashed()) await world.hub.create(application);
  await world.clock.advance(20_000);
  if (first.crashed()) {
    if (world.hub.all("Application").length === 0) await world.hub.create(application);
    world.start();
    await world.clock.advance(60_000);
  }
  return { world, writes: first.writes(), crashed: first.crashed() };
}

function outcome(world: World) {
  const [app] = world.hub.all("Application");
  const status = app?.["status"] as { sync: { status: string }; operationState: { phase: string }; history: unknown[] };
  const created = world.target.writes.filter(({ verb, kind }) => verb === "create" && kind === "Job").map(({ name }) => name);
  return {
    sync: status?.sync?.status,
    phase: status?.operationState?.phase,
    history: status?.history?.length,
    jobs: created.sort(),
    configs: world.target
      .all("ConfigMap")
      .map((object) => object.metadata.name)
      .sort(),
  };
}

const expected = { sync: "Synced", phase: "Succeeded", history: 1, jobs: ["migrate", "tell"], configs: ["config", "late"] };

test("a sync with hooks and waves runs each hook once", async () => {
  const { world } = await run();
  expect(outcome(world)).toEqual(expected);
});

test("a controller that is killed before or after any of its writes resumes: nothing is lost, no hook runs twice", async () => {
  const { writes } = await run();
  expect(writes).toBeGreaterThan(8);
  for (let write = 0; write < writes; write++) {
    for (const when of ["before", "after"] as const) {
      const { world, crashed } = await run({ write, when });
      expect({ write, when, crashed, ...outcome(world) }).toEqual({ write, when, crashed: true, ...expected });
    }
  }
}, 60_000);
