import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../manifest/object.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { memoryTree } from "../../render/memory-tree.js";
import { generate } from "../generate.js";
import { decodeApplicationSet } from "../model/application-set.js";
import { type NeedAnswer, needKey } from "../needs.js";
import { approvalAnnotation, budgetAnnotation } from "./delete-proof.js";
import { reconcileApplicationSet } from "./reconcile.js";
import type { ReconcilePlan } from "./types.js";

const repoURL = "https://git.example/fleet.git";

function setOf(annotations: Record<string, string> = {}): ReturnType<typeof decodeApplicationSet> {
  return decodeApplicationSet({
    metadata: { name: "fleet", namespace: "argocd", uid: "u1", annotations },
    spec: {
      goTemplate: true,
      generators: [{ git: { repoURL, revision: "HEAD", directories: [{ path: "apps/*" }] } }],
      template: {
        metadata: { name: "{{ .path.basename }}" },
        spec: {
          project: "default",
          source: { repoURL, path: "{{ .path.path }}" },
          destination: { server: "https://kubernetes.default.svc", namespace: "{{ .path.basename }}" },
        },
      },
    },
  });
}

type World = { readonly names: readonly string[] } | { readonly error: string };

function reconcile(
  world: World,
  existing: readonly KubernetesObject[],
  annotations: Record<string, string> = {},
  status: ValueObject = {},
): ReconcilePlan {
  const set = { ...setOf(annotations), status };
  const need = { kind: "git", repoURL, revision: "HEAD", project: "default" } as const;
  const answer: NeedAnswer =
    "error" in world
      ? { kind: "failed", error: new Error(world.error) }
      : {
          kind: "answered",
          value: { tree: memoryTree(Object.fromEntries(world.names.map((name) => [`apps/${name}/app.yaml`, ""]))) },
        };
  const generated = generate(set, { clusters: [], answers: new Map([[needKey(need), answer]]) });
  if (generated.kind !== "generated") throw new Error("unanswered need");
  return reconcileApplicationSet({ set, generated, existing, clusters: [], now: "2026-01-01T00:00:00Z" });
}

function applied(plan: ReconcilePlan, existing: readonly KubernetesObject[]): KubernetesObject[] {
  const gone = new Set(plan.deletes.map(({ name }) => name));
  return [...existing.filter(({ metadata }) => !gone.has(metadata.name)), ...plan.creates];
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `app-${String(index).padStart(2, "0")}`);
const fleet = (count: number): KubernetesObject[] => applied(reconcile({ names: names(count) }, []), []);

describe("deletes need proof", () => {
  test("a source that fails deletes nothing", () => {
    const plan = reconcile({ error: "connection refused" }, fleet(20));
    expect(plan.deletes).toEqual([]);
    expect(plan.requeueAfterSeconds).toBe(180);
  });

  test("an empty result is held, with a condition, an event and the hash that approves it", () => {
    const existing = fleet(2);
    const plan = reconcile({ names: [] }, existing);
    expect(plan.deletes).toEqual([]);
    expect(plan.held).toMatchObject({ why: "emptyResult", names: ["app-00", "app-01"], total: 2 });
    expect(plan.events).toMatchObject([{ type: "Warning", reason: "DeletionsHeld" }]);
    expect(
      (plan.status!["conditions"] as readonly Value[]).find((one) => (one as ValueObject)["type"] === "DeletionsHeld"),
    ).toMatchObject({
      status: "True",
      reason: "EmptyResult",
    });
    const approved = reconcile({ names: [] }, existing, { [approvalAnnotation]: plan.held!.hash });
    expect(approved.deletes.map(({ name }) => name)).toEqual(["app-00", "app-01"]);
    expect(approved.removeAnnotations).toEqual([approvalAnnotation]);
  });

  test("the budget lets a few go and holds more than 10 % and more than three", () => {
    expect(reconcile({ names: names(17) }, fleet(20)).deletes).toHaveLength(3);
    const four = reconcile({ names: names(16) }, fleet(20));
    expect(four.deletes).toEqual([]);
    expect(four.held).toMatchObject({ why: "overBudget", total: 20 });
    expect(reconcile({ names: names(46) }, fleet(50)).deletes).toHaveLength(4);
  });

  test("a set may have its own budget", () => {
    expect(reconcile({ names: names(10) }, fleet(20), { [budgetAnnotation]: "50%" }).deletes).toHaveLength(10);
    expect(reconcile({ names: names(19) }, fleet(20), { [budgetAnnotation]: "0" }).held).toMatchObject({ names: ["app-19"] });
  });

  test("an approval counts for one plan only", () => {
    const { held } = reconcile({ names: names(10) }, fleet(20));
    const other = reconcile({ names: names(9) }, fleet(20), { [approvalAnnotation]: held!.hash });
    expect(other.deletes).toEqual([]);
    expect(other.held!.hash).not.toBe(held!.hash);
  });

  test("the held condition goes when the Applications are back", () => {
    const existing = fleet(20);
    const held = reconcile({ names: [] }, existing);
    const back = reconcile({ names: names(20) }, existing, {}, held.status);
    const condition = (back.status!["conditions"] as readonly ValueObject[]).find((one) => one["type"] === "DeletionsHeld");
    expect(condition).toMatchObject({ status: "False", reason: "WithinBudget" });
  });

  test("a rename that keeps source and destination is told, and its resources stay", () => {
    const existing = fleet(1);
    const renamed = { ...existing[0]!, metadata: { ...existing[0]!.metadata, name: "old-name" } };
    const plan = reconcile({ names: names(1) }, [renamed]);
    expect(plan.renames).toEqual([{ from: "old-name", to: "app-00" }]);
    expect(plan.deletes).toMatchObject([{ name: "old-name", finalizersBefore: [] }]);
  });
});

/** A small seeded generator of numbers in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test("1,000 seeded runs of failing, flapping and empty sources delete no Application without an approval", () => {
  let deleted = 0;
  let held = 0;
  for (let seed = 1; seed <= 1000; seed++) {
    const random = seeded(seed);
    const all = names(8 + Math.floor(random() * 40));
    let existing = applied(reconcile({ names: all }, []), []);
    let status: ValueObject = {};
    for (let round = 0; round < 6; round++) {
      const mishap = random();
      // git down, an API that answers nothing, half a listing, a force-push to an empty branch, or a good moment between.
      const world: World =
        mishap < 0.3
          ? { error: mishap < 0.15 ? "repository not found" : "503" }
          : mishap < 0.5
            ? { names: [] }
            : mishap < 0.75
              ? { names: all.slice(0, Math.floor(all.length / 2)) }
              : { names: all };
      const plan = reconcile(world, existing, {}, status);
      deleted += plan.deletes.length;
      if (plan.held) held++;
      existing = applied(plan, existing);
      status = plan.status ?? status;
    }
    expect(existing).toHaveLength(all.length);
  }
  expect(deleted).toBe(0);
  expect(held).toBeGreaterThan(1000);
}, 60_000);
