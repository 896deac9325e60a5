import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { ExternalError } from "#src/core/errors.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { listAt, objectAt, type ValueObject } from "#src/core/manifest/value.js";
import { memoryTree } from "#src/core/render/memory-tree.js";
import { type Labels, silentTelemetry } from "#src/ports/telemetry.js";
import { type ApplicationSetContext, ApplicationSetReconciler } from "./application-set-reconciler.js";

const set = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "ApplicationSet",
  metadata: { name: "web", namespace: "argocd", uid: "1" },
  spec: {
    generators: [{ list: { elements: [{ name: "a" }, { name: "b" }] } }],
    template: {
      metadata: { name: "{{name}}" },
      spec: {
        project: "default",
        source: { repoURL: "https://example.com/fleet", path: "{{name}}", targetRevision: "main" },
        destination: { server: "https://kubernetes.default.svc", namespace: "{{name}}" },
      },
    },
  },
};

/** A hub of one set and its Applications, as far as a set's reconcile asks for them; counts generations by their room. */
function world({ statusCount = 0, isAway = false, metricLabels = [] as readonly string[] } = {}) {
  const clock = manualClock();
  const sets = new Map<string, KubernetesObject>([["web", set]]);
  const applications = new Map<string, KubernetesObject>();
  let generations = 0;
  const labelled: Labels[] = [];
  const metrics = {
    ...silentTelemetry.metrics,
    gauge: (name: string, labels: Labels) => {
      if (name === "argocd_appset_labels") labelled.push(labels);
    },
    removeGauge: (name: string, labels: Labels) => {
      if (name === "argocd_appset_labels") labelled.splice(labelled.indexOf(labels), 1);
    },
    observe: (name: string, labels: Readonly<Record<string, string>>) => {
      if (name === "fleetwright_room_duration_seconds" && labels["room"] === "generate") generations++;
    },
  };
  const merged = (object: KubernetesObject, patch: ValueObject): KubernetesObject =>
    ({ ...object, status: { ...(object["status"] as object), ...objectAt(patch, "status") } }) as KubernetesObject;
  const collection = (objects: Map<string, KubernetesObject>) => ({
    get: (_: string, name: string) => objects.get(name),
    values: () => objects.values(),
    assume: (object: KubernetesObject) => void objects.set(object.metadata.name, object),
  });
  const projects = [{ apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name: "default" } }];
  const context = {
    clock,
    telemetry: { ...silentTelemetry, metrics },
    events: { note: () => {} },
    heldPlans: () => [],
    statusCount: () => statusCount,
    metricLabels: () => metricLabels,
    room: {
      controllerNamespace: "argocd",
      source: {
        resolve: async () => {
          if (isAway) throw new ExternalError("away", { code: "GIT_UNREACHABLE" });
          return { commit: "c".repeat(40) };
        },
        tree: async () => memoryTree({ "c.yaml": "name: c\n" }),
      },
    },
    plane: {
      applicationSets: collection(sets),
      applications: collection(applications),
      secrets: new Map(),
      projects: { values: () => projects },
    },
    hub: {
      create: async (object: KubernetesObject) => object,
      patch: async (ref: { readonly name: string }, patch: ValueObject) => merged(sets.get(ref.name)!, patch),
    },
  } as unknown as ApplicationSetContext;
  const becomes = (name: string, health: string): void =>
    void applications.set(
      name,
      merged(applications.get(name)!, { status: { sync: { status: "Synced" }, health: { status: health } } }),
    );
  const told = (): unknown =>
    listAt(objectAt(sets.get("web") as unknown as ValueObject, "status"), "resources").map((entry) =>
      [(entry as ValueObject)["name"], objectAt(entry as ValueObject, "health")["status"]].join(" ").trim(),
    );
  return {
    clock,
    reconciler: new ApplicationSetReconciler(context),
    generations: () => generations,
    becomes,
    told,
    sets,
    labelled,
  };
}

test("when only the health of an Application has changed the set's status tells it, and nothing is generated", async () => {
  const { reconciler, generations, becomes, told } = world();
  await reconciler.reconcile("argocd/web");
  becomes("a", "Healthy");
  await reconciler.reconcile("argocd/web", true);
  expect([told(), generations()]).toEqual([["a Healthy", "b"], 1]);
});

test("a set that was not generated yet, or is due again, is generated whatever the reason", async () => {
  const { reconciler, generations } = world();
  await reconciler.reconcile("argocd/web", true);
  expect(generations()).toBe(1);
  const again = await reconciler.reconcile("argocd/web", true);
  expect([again.kind, generations()]).toEqual(["done", 1]);
  await reconciler.reconcile("argocd/web");
  expect(generations()).toBe(2);
});

test("a set whose commits are followed is not generated at each poll; one that asks others is, as it asks for", async () => {
  const followed = world();
  expect(await followed.reconciler.reconcile("argocd/web")).toEqual({ kind: "done" });
  const files = { repoURL: "https://example.com/fleet", revision: "main", files: [{ path: "*.yaml" }], requeueAfterSeconds: 60 };
  const git = world();
  git.sets.set("web", {
    ...set,
    spec: { ...set.spec, generators: [...set.spec.generators, { git: files }] },
  } as unknown as KubernetesObject);
  expect(await git.reconciler.reconcile("argocd/web")).toEqual({ kind: "retryAfter", ms: 1_800_000 });
  await git.clock.advance(120_000);
  await git.reconciler.reconcile("argocd/web", true);
  expect(git.generations()).toBe(1);
  const away = world({ isAway: true });
  away.sets.set("web", git.sets.get("web")!);
  const failed = await away.reconciler.reconcile("argocd/web");
  expect(failed.kind === "retryAfter" && failed.ms).toBeLessThan(300_000);
});

test("the status lists no more Applications than it may, and counts all", async () => {
  const { reconciler, told, sets } = world({ statusCount: 1 });
  await reconciler.reconcile("argocd/web");
  expect(told()).toEqual(["a"]);
  expect(objectAt(sets.get("web") as unknown as ValueObject, "status")["resourcesCount"]).toBe(2);
});

test("labels of a set that users chose are shown as metrics, while it is there", async () => {
  const { reconciler, sets, labelled } = world({ metricLabels: ["team-name", "env"] });
  sets.set("web", { ...set, metadata: { ...set.metadata, labels: { "team-name": "shop", other: "x" } } } as KubernetesObject);
  await reconciler.reconcile("argocd/web");
  expect(labelled).toEqual([{ namespace: "argocd", name: "web", label_team_name: "shop", label_env: "" }]);
  sets.set("web", set as KubernetesObject);
  await reconciler.reconcile("argocd/web");
  expect(labelled).toEqual([{ namespace: "argocd", name: "web", label_team_name: "", label_env: "" }]);
  sets.delete("web");
  await reconciler.reconcile("argocd/web");
  expect(labelled).toEqual([]);
});
