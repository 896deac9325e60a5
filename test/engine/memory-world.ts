import { type ManualClock, manualClock } from "#src/adapters/memory/manual-clock.js";
import { type MemoryCluster, memoryCluster } from "#src/adapters/memory/memory-cluster.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { memoryTree } from "#src/core/render/memory-tree.js";
import { Controller } from "#src/engine/controller.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import type { SourcePort } from "#src/ports/source.js";
import { type Metrics, silentTelemetry } from "#src/ports/telemetry.js";

/** One write on its way to a cluster: the crash happens before it arrives, or after (the answer is lost). */
export interface CrashPoint {
  readonly write: number;
  readonly when: "before" | "after";
}

/** A hub and a cluster in memory under one manual clock, and controllers that can be killed between any two writes. */
export interface World {
  readonly clock: ManualClock;
  readonly hub: MemoryCluster;
  readonly target: MemoryCluster;
  /** Files of the next commits. */
  files: Readonly<Record<string, string>>;
  /** Makes a new commit of these files. */
  commit(files: Readonly<Record<string, string>>): string;
  /** Starts a controller; with a crash point it is dead from there on. */
  start(crash?: CrashPoint): { readonly writes: () => number; readonly crashed: () => boolean; readonly controller: Controller };
}

const writeVerbs = new Set(["create", "update", "patch", "apply", "delete"]);

export function memoryWorld(files: Readonly<Record<string, string>>, metrics: Partial<Metrics> = {}): World {
  const clock = manualClock();
  const hub = memoryCluster({ objects: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd" } }, clusterSecret] });
  const target = memoryCluster();
  target.onWrite(completed);
  let commits = 1;
  const idOf = (commit: number): string => `c${commit}`.padEnd(40, "0");
  const world: World = {
    clock,
    hub,
    target,
    files,
    commit(next) {
      world.files = next;
      return idOf(++commits);
    },
    start(crash) {
      let writes = 0;
      let crashed = false;
      const mortal = (cluster: ClusterPort): ClusterPort =>
        new Proxy(cluster, {
          get(from, verb: keyof ClusterPort) {
            const method = from[verb] as (...args: unknown[]) => unknown;
            if (verb === "as") return () => mortal(from);
            if (verb === "watch") return (...args: unknown[]) => method.apply(from, args);
            return async (...args: unknown[]): Promise<unknown> => {
              if (crashed) return await new Promise<never>(() => {});
              if (!writeVerbs.has(verb) || (args[0] as KubernetesObject).kind === "Event") return await method.apply(from, args);
              const here = crash?.write === writes++;
              if (here && crash?.when === "before") crashed = true;
              if (crashed) return await new Promise<never>(() => {});
              const answer = await method.apply(from, args);
              if (here) crashed = true;
              return crashed ? await new Promise<never>(() => {}) : answer;
            };
          },
        });
      const source: SourcePort = {
        resolve: async (repoURL, revision) => ({ repoURL, revision, commit: idOf(commits) }),
        tree: async () => memoryTree(world.files),
        changedPaths: async () => [],
        describe: async () => ({ author: "", date: "", message: "" }),
      };
      const controller = new Controller({
        hub: mortal(hub),
        registry: {
          read: () => ({
            name: "one",
            server: "https://one",
            secretName: "one",
            labels: {},
            annotations: {},
            namespaces: [],
            clusterResources: true,
            connection: { server: "https://one" },
          }),
          connect: () => mortal(target),
        },
        createSource: async () => source,
        renderers: {},
        namespace: "argocd",
        clock,
        random: () => 0.5,
        telemetry: { ...silentTelemetry, metrics: { ...silentTelemetry.metrics, ...metrics } },
        waveDelayMs: 0,
      });
      void controller.start().catch(() => {});
      return { writes: () => writes, crashed: () => crashed, controller };
    },
  };
  return world;
}

const clusterSecret: KubernetesObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "one", namespace: "argocd", labels: { "argocd.argoproj.io/secret-type": "cluster" } },
  data: { name: btoa("one"), server: btoa("https://one"), config: btoa("{}") },
};

/** Plays the cluster's controllers: a Job is done as soon as it is there. */
function completed(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Job") return object;
  return { ...object, status: { conditions: [{ type: "Complete", status: "True" }], succeeded: 1 } };
}
