import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../manifest/object.js";
import { type SyncProgress, syncSettings } from "./operation.js";
import type { SyncInput } from "./plan.js";
import { planSync } from "./plan.js";
import type { ResourcePair } from "./reconcile.js";
import type { SyncReply, SyncRequest } from "./request.js";
import { stepSync } from "./step.js";
import { displayName, taskWave } from "./task.js";

const configMap = (name: string, annotations: { readonly [key: string]: string } = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop", annotations },
});
const job = (name: string, annotations: { readonly [key: string]: string }): KubernetesObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name, namespace: "shop", annotations },
});
const wave = (number: number) => ({ "argocd.argoproj.io/sync-wave": String(number) });
const hook = { "argocd.argoproj.io/hook": "PreSync" };
const started: SyncProgress = { phase: "Running", message: "", resources: [] };

function input(pairs: readonly ResourcePair[], more: Partial<SyncInput> = {}): SyncInput {
  return {
    namespace: "shop",
    revision: "0123456789abcdef",
    startedAtSeconds: 1_700_000_000,
    pairs,
    hooks: [],
    settings: syncSettings({ prune: true }),
    progress: started,
    observed: { health: () => ({ status: "Healthy" }), scope: () => ({ kind: "found", namespaced: true }) },
    ...more,
  };
}

/** Plays a step; `answer` decides on each request, by default all goes well. */
function play(step: SyncInput, answer: (request: SyncRequest) => SyncReply = () => ({ ok: true, message: "done" })) {
  const writes: string[] = [];
  const stepping = stepSync(step);
  let turn = stepping.next();
  const before: SyncProgress[] = [];
  while (!turn.done) {
    before.push(turn.value.progress);
    const requests = turn.value.kind === "requests" ? turn.value.requests : [];
    for (const request of requests) {
      if ("dryRun" in request && request.dryRun) continue;
      const object = "target" in request ? request.target : "live" in request ? request.live : request.object;
      writes.push(`${request.op} ${object.metadata.name}`);
    }
    turn = stepping.next(requests.map(answer));
  }
  return { progress: turn.value, writes, before };
}

const create = (target: KubernetesObject): ResourcePair => ({ target, live: null });
const prune = (live: KubernetesObject): ResourcePair => ({ target: null, live });

describe("planning a sync", () => {
  test("waves go up for what is applied and, mirrored, down for what is pruned", () => {
    const pairs = [create(configMap("b", wave(1))), prune(configMap("first", wave(0))), prune(configMap("last", wave(2)))];
    const tasks = planSync(input(pairs)).tasks.map((task) => `${taskWave(task)} ${displayName(task)}`);
    expect(tasks).toEqual(["0 /ConfigMap/last", "1 /ConfigMap/b", "2 /ConfigMap/first"]);
  });

  test("a CRD moves before the first object of its kind", () => {
    const definition: KubernetesObject = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.example.com", annotations: wave(5) },
      spec: { group: "example.com", names: { kind: "Widget" } },
    };
    const widget: KubernetesObject = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } };
    const names = planSync(input([create(widget), create(definition)])).tasks.map(displayName);
    expect(names).toEqual(["apiextensions.k8s.io/CustomResourceDefinition/widgets.example.com", "example.com/Widget/w"]);
  });
});

describe("stepping a sync", () => {
  test("the next wave waits until the one before is healthy", () => {
    const pairs = [create(configMap("a", wave(0))), create(configMap("b", wave(1)))];
    const first = play(input(pairs));
    expect(first.writes).toEqual(["apply a"]);
    expect(first.progress.message).toBe("waiting for healthy state of /ConfigMap/a");
    const live = [{ target: configMap("a", wave(0)), live: configMap("a", wave(0)) }, create(configMap("b", wave(1)))];
    expect(play(input(live, { progress: first.progress })).progress.phase).toBe("Succeeded");
  });

  test("nothing is applied where the validation of anything fails", () => {
    const answer = (request: SyncRequest): SyncReply =>
      "dryRun" in request && request.dryRun && request.target.metadata.name === "b" ? { ok: false, error: "bad" } : { ok: true };
    const { writes, progress } = play(input([create(configMap("a")), create(configMap("b"))]), answer);
    expect(writes).toEqual([]);
    expect(progress).toMatchObject({ phase: "Failed", message: "one or more objects failed to apply (dry run)" });
  });

  test("a hook that was made right before a crash is not made again", () => {
    const hooks = [job("migrate", hook)];
    const beforeTheWrite = play(input([], { hooks })).before.find((progress) => progress.intents?.length);
    expect(beforeTheWrite?.intents).toEqual([{ key: "batch/Job/shop/migrate:PreSync", replaces: "" }]);
    const made = { ...job("migrate", hook), metadata: { ...job("migrate", hook).metadata, uid: "new" } };
    const observed = { ...input([]).observed, health: () => ({ status: "Progressing" as const }) };
    const resumed = input([prune(made)], { hooks, observed, progress: beforeTheWrite ?? started });
    const { writes, progress } = play(resumed);
    expect(writes).toEqual([]);
    expect(progress.message).toBe("waiting for completion of hook batch/Job/migrate");
  });

  test("a prune that asks for confirmation holds the wave", () => {
    const guarded = configMap("k", { "argocd.argoproj.io/sync-options": "Prune=confirm" });
    const held = play(input([prune(guarded)]));
    expect(held.progress.message).toBe("waiting for pruning confirmation of /ConfigMap/k");
    expect(play(input([prune(guarded)], { isPruneConfirmed: true })).writes).toEqual(["delete k"]);
  });

  test("terminating frees and deletes the hooks that still run", () => {
    const live: KubernetesObject = {
      ...job("migrate", hook),
      metadata: { ...job("migrate", hook).metadata, finalizers: ["argocd.argoproj.io/hook-finalizer"] },
    };
    const running = play(input([], { hooks: [job("migrate", hook)] })).progress;
    const observed = { ...input([]).observed, health: () => ({ status: "Progressing" as const }) };
    const progress: SyncProgress = { ...running, phase: "Terminating" };
    const ended = play(input([prune(live)], { hooks: [job("migrate", hook)], observed, progress }));
    expect(ended.writes).toEqual(["updateFinalizers migrate", "delete migrate"]);
    expect(ended.progress).toMatchObject({ phase: "Failed", message: "Operation terminated" });
  });
});

test("a hook of two phases is one object: its finalizer is taken off once", () => {
  const both = { "argocd.argoproj.io/hook": "PreSync,PostSync" };
  const target = job("report", both);
  const live = { ...target, metadata: { ...target.metadata, finalizers: ["argocd.argoproj.io/hook-finalizer"] } };
  const done = (syncPhase: "PreSync" | "PostSync") =>
    ({
      group: "batch",
      version: "v1",
      kind: "Job",
      namespace: "shop",
      name: "report",
      syncPhase,
      status: "Synced",
      hookType: syncPhase,
      hookPhase: "Running",
      message: "",
    }) as const;
  const progress: SyncProgress = { ...started, resources: [done("PreSync"), done("PostSync")] };
  const { writes } = play(input([prune(live)], { hooks: [target], progress }));
  expect(writes.filter((write) => write.startsWith("updateFinalizers"))).toEqual(["updateFinalizers report"]);
});
