import { formatError } from "../core/errors.js";
import type { Assessment } from "../core/health/assess.js";
import { formatResourceKey, type KubernetesObject, resourceKeyOf, splitApiVersion } from "../core/manifest/object.js";
import { deleteHooksToRemove, stepDeleteHooks } from "../core/sync/deletion.js";
import { type DeleteHookType, hookDeletePolicies, isDeleteHook } from "../core/sync/hooks.js";
import type { SyncObservations } from "../core/sync/operation.js";
import { waveOf } from "../core/sync/waves.js";
import { parseRfc3339Ms } from "../core/tracking/application-flags.js";
import type { ClusterPort } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import type { Application } from "./application.js";
import { fieldManager } from "./apply.js";
import type { LiveState } from "./live-state.js";

/** How far the hooks of one type have come. */
export type HooksProgress =
  | { readonly kind: "done" }
  | { readonly kind: "waiting"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

export interface DeletionHooks {
  readonly app: Application;
  readonly type: DeleteHookType;
  readonly live: LiveState;
  /** Acts on the cluster with the rights that the hooks are to have. */
  readonly cluster: ClusterPort;
  /** The tracking name. */
  readonly instance: string;
  readonly assess: (object: KubernetesObject) => Assessment;
}

/**
 * Runs the hooks of one type one step on: those of a wave are made together, the next wave's when they have ended. A hook that failed is
 * taken away, so that a mended one can run.
 */
export async function runDeletionHooks(hooks: DeletionHooks, targets: readonly KubernetesObject[]): Promise<HooksProgress> {
  const { app, type, live } = hooks;
  const wanted = targets.filter((target) => isDeleteHook(target, type)).map((target) => named(target, app, type));
  await live.need(wanted.map(({ apiVersion, kind }) => `${splitApiVersion(apiVersion).group}/${kind}`));
  const since = parseRfc3339Ms(app.object.metadata.deletionTimestamp ?? "") ?? 0;
  for (const wave of [...new Set(wanted.map(waveOf))].sort((a, b) => a - b)) {
    const ofWave = wanted.filter((target) => waveOf(target) === wave);
    const keys = new Set(ofWave.map((target) => formatResourceKey(resourceKeyOf(target))));
    const lives = live
      .objectsOf(hooks.instance)
      .filter((object) => isDeleteHook(object, type) && keys.has(formatResourceKey(resourceKeyOf(object))));
    // Left from an earlier life of the Application, it says nothing about this deletion.
    const old = lives.filter((object) => isLeftOver(object, since));
    if (old.length > 0) return await removeAll(hooks, old, `waiting for deletion of ${type} hook`);
    const { namespace } = app.destination;
    const step = stepDeleteHooks(type, { targets: ofWave, lives, namespace, health: healthBy(hooks) });
    switch (step.kind) {
      case "create":
        return await createAll(hooks, step.hooks);
      case "wait":
        return { kind: "waiting", message: `waiting for completion of ${type} hook ${namesOf(step.running)}` };
      case "failed":
        await removeAll(hooks, step.hooks, "");
        return { kind: "failed", message: step.message };
      case "done":
        break;
    }
  }
  return { kind: "done" };
}

/** Takes away the hooks that go by their delete policies now that all have ended. */
export async function clearDeletionHooks(hooks: DeletionHooks): Promise<HooksProgress> {
  const lives = hooks.live.objectsOf(hooks.instance);
  const going = deleteHooksToRemove(hooks.type, lives, healthBy(hooks));
  if (going.length === 0) return { kind: "done" };
  const progress = await removeAll(hooks, going, `waiting for deletion of ${hooks.type} hook`);
  const left = hooks.live.objectsOf(hooks.instance).filter((object) => going.some((gone) => isSame(gone, object)));
  return left.length === 0 && progress.kind !== "failed" ? { kind: "done" } : progress;
}

async function createAll(hooks: DeletionHooks, targets: readonly KubernetesObject[]): Promise<HooksProgress> {
  const { live, cluster, type } = hooks;
  const failures: string[] = [];
  for (const target of targets) {
    try {
      live.assume(await cluster.create(target, { fieldManager }));
    } catch (error) {
      failures.push(`failed to create ${type} hook ${formatResourceKey(resourceKeyOf(target))}: ${formatError(error)}`);
    }
  }
  if (failures.length > 0) return { kind: "failed", message: failures.join("; ") };
  return { kind: "waiting", message: `waiting for completion of ${type} hook ${namesOf(targets)}` };
}

async function removeAll(hooks: DeletionHooks, objects: readonly KubernetesObject[], waiting: string): Promise<HooksProgress> {
  const { live } = hooks;
  for (const object of objects) {
    if (object.metadata.deletionTimestamp !== undefined) continue;
    const { name, namespace, uid } = object.metadata;
    const ref = { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
    try {
      const preconditions = uid === undefined ? {} : { preconditions: { uid } };
      await live.cluster.delete(ref, { propagationPolicy: "Background", ...preconditions });
      const left = await live.cluster.get(ref);
      if (left === undefined) live.forget(object);
      else live.assume(left);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      return { kind: "failed", message: `failed to delete hook ${formatResourceKey(resourceKeyOf(object))}: ${error.message}` };
    }
  }
  return { kind: "waiting", message: `${waiting} ${namesOf(objects)}` };
}

/** A hook with a generated name needs one that is the same each time it is looked for. */
function named(target: KubernetesObject, app: Application, type: DeleteHookType): KubernetesObject {
  const { name, generateName, ...metadata } = target.metadata;
  if (name || generateName === undefined) return target;
  const suffix = `${type.toLowerCase()}-${(app.object.metadata.uid ?? "").slice(0, 8)}`;
  return { ...target, metadata: { ...metadata, name: `${generateName}${suffix}` } };
}

function isLeftOver(object: KubernetesObject, since: number): boolean {
  const createdMs = parseRfc3339Ms(object.metadata.creationTimestamp ?? "") ?? since;
  return createdMs < since && hookDeletePolicies(object).includes("BeforeHookCreation");
}

function healthBy({ assess }: DeletionHooks): SyncObservations["health"] {
  return (object) => {
    // A hook that is going is not the one that will run.
    if (object.metadata.deletionTimestamp !== undefined) return { status: "Progressing", message: "Pending deletion" };
    const { health } = assess(object);
    return health === undefined || health.status === "" ? null : { status: health.status, message: health.message };
  };
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return formatResourceKey(resourceKeyOf(a)) === formatResourceKey(resourceKeyOf(b));
}

function namesOf(objects: readonly KubernetesObject[]): string {
  const [first, ...others] = objects.map((object) => formatResourceKey(resourceKeyOf(object)).replace(/^\//, ""));
  return others.length === 0 ? (first ?? "") : `${first} and ${others.length} more`;
}
