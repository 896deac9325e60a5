import { type KubernetesObject, splitApiVersion } from "../core/manifest/object.js";
import type { ValueObject } from "../core/manifest/value.js";
import { managedFieldsMigration } from "../core/sync/apply-plan.js";
import type { SyncReply, SyncRequest } from "../core/sync/request.js";
import type { Clock } from "../ports/clock.js";
import type { ClusterPort, ObjectRef } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import { clientPatch, withLastApplied } from "./client-apply.js";
import type { LiveState } from "./live-state.js";

export const fieldManager = "argocd-controller";

export interface Applier {
  readonly live: LiveState;
  /** The cluster as who the writes are made. */
  readonly cluster: ClusterPort;
  readonly clock: Clock;
}

const attempts = 3;

/** Plays one request of a sync against the cluster; whatever happens comes back as a reply. */
export async function playRequest(applier: Applier, request: SyncRequest): Promise<SyncReply> {
  try {
    return await play(applier, request);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const reason =
      error.status === 404 ? ("not-found" as const) : error.reason === "Conflict" ? ("conflict" as const) : undefined;
    return { ok: false, error: error.message, ...(reason === undefined ? {} : { reason }) };
  }
}

/** Whether a request changes anything, so that what follows from it is to be looked at. */
export function isWrite(request: SyncRequest): boolean {
  if (request.op === "get" || request.op === "awaitEstablished") return false;
  return !("dryRun" in request && request.dryRun);
}

async function play(applier: Applier, request: SyncRequest): Promise<SyncReply> {
  const { live: state, cluster } = applier;
  switch (request.op) {
    case "apply": {
      // Argo CD's dry run is client-side: the server is not asked.
      if (request.dryRun) return { ok: true, message: "" };
      const fieldValidation = request.validate ? ("Strict" as const) : ("Ignore" as const);
      if (request.serverSideApply) {
        const made = await cluster.apply(request.target, { fieldManager, force: true, fieldValidation });
        state.assume(made);
        return { ok: true, message: `${displayName(request.target)} serverside-applied`, object: made };
      }
      return await applyClientSide(applier, request);
    }
    case "create": {
      if (request.dryRun) return { ok: true, message: "" };
      return done(state, await cluster.create(request.target, { fieldManager }), "created");
    }
    case "replace": {
      if (request.dryRun) return { ok: true, message: "" };
      return await replace(applier, request.target, request.live, request.force);
    }
    case "update": {
      if (request.dryRun) return { ok: true, message: "" };
      return done(state, await cluster.update(request.target, { fieldManager }), "updated");
    }
    case "delete": {
      await remove(applier, request.live, request.propagationPolicy);
      return { ok: true, message: "pruned" };
    }
    case "updateFinalizers": {
      const made = await cluster.update(await whole(applier, request.live), { fieldManager });
      state.assume(made);
      return { ok: true, object: made };
    }
    case "get":
      return { ok: true, object: (await cluster.get(refOf(request.object, state))) ?? null };
    case "migrateManagedFields":
      return await migrate(applier, request.live, request.manager);
    case "awaitEstablished":
      return await awaitEstablished(applier, request.target);
  }
}

/** Hands what a client-side manager owns to the server-side one; where the object moved on meanwhile, as it is now. */
async function migrate({ live: state, cluster }: Applier, live: KubernetesObject, from: string): Promise<SyncReply> {
  const ref = refOf(live, state);
  let current: KubernetesObject | undefined = live;
  for (let attempt = 1; ; attempt++) {
    const patch: readonly ValueObject[] | undefined = current && managedFieldsMigration(current, { from, to: fieldManager });
    if (patch === undefined) return { ok: true };
    try {
      state.assume(await cluster.patch(ref, patch, { type: "json", fieldManager }));
      return { ok: true };
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== "Conflict" || attempt >= attempts) throw error;
      current = await cluster.get(ref);
    }
  }
}

/** kubectl's client-side apply: create with the last-applied annotation, else patch what the three-way merge comes to. */
async function applyClientSide(applier: Applier, request: Extract<SyncRequest, { op: "apply" }>): Promise<SyncReply> {
  const { live: state, cluster } = applier;
  const target = withLastApplied(placed(request.target, state));
  const fieldValidation = request.validate ? ("Strict" as const) : ("Ignore" as const);
  let live = request.live;
  for (let attempt = 1; ; attempt++) {
    try {
      if (live === null) return done(state, await cluster.create(target, { fieldManager, fieldValidation }), "created");
      const patch = clientPatch(target, live);
      if (patch === undefined) return { ok: true, message: `${displayName(target)} unchanged`, object: live };
      const { type } = patch;
      return done(
        state,
        await cluster.patch(refOf(target, state), patch.patch, { type, fieldManager, fieldValidation }),
        "configured",
      );
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      const stale =
        error.reason === "Conflict" ||
        error.reason === "AlreadyExists" ||
        (error.status === 404 && error.reason === "NotFound" && live !== null);
      if (stale && attempt < attempts) {
        live = (await cluster.get(refOf(target, state))) ?? null;
        continue;
      }
      // kubectl apply --force: what cannot be changed in place is made anew.
      if (request.force && live !== null && (error.reason === "Invalid" || error.reason === "Conflict"))
        return await replace(applier, target, live, true);
      throw error;
    }
  }
}

async function replace(
  applier: Applier,
  target: KubernetesObject,
  live: KubernetesObject | null,
  force: boolean,
): Promise<SyncReply> {
  const { live: state, cluster } = applier;
  if (live === null) return done(state, await cluster.create(target, { fieldManager }), "created");
  if (!force) {
    const { resourceVersion } = live.metadata;
    const metadata = resourceVersion === undefined ? target.metadata : { ...target.metadata, resourceVersion };
    return done(state, await cluster.update({ ...target, metadata }, { fieldManager }), "replaced");
  }
  await remove(applier, live, "Background");
  for (let waited = 0; waited < 10_000; waited += 100) {
    if ((await cluster.get(refOf(target, state))) === undefined) break;
    await applier.clock.sleep(100);
  }
  return done(state, await cluster.create(target, { fieldManager }), "replaced");
}

/** Deletes an object, and tells the live state how it stands now: gone, or waiting for its finalizers. */
async function remove(
  applier: Applier,
  live: KubernetesObject,
  propagationPolicy: "Foreground" | "Background" | "Orphan",
): Promise<void> {
  const { live: state, cluster } = applier;
  const ref = refOf(live, state);
  const { uid } = live.metadata;
  await cluster.delete(ref, { propagationPolicy, ...(uid === undefined ? {} : { preconditions: { uid } }) });
  const left = await cluster.get(ref);
  if (left === undefined) state.forget(live);
  else state.assume(left);
}

async function awaitEstablished(applier: Applier, target: KubernetesObject): Promise<SyncReply> {
  const { live: state, cluster } = applier;
  for (let waited = 0; waited < 3000; waited += 100) {
    const object = await cluster.get(refOf(target, state));
    const status = object?.["status"] as
      | { readonly conditions?: readonly { readonly type?: string; readonly status?: string }[] }
      | undefined;
    if (status?.conditions?.some((condition) => condition.type === "Established" && condition.status === "True")) {
      await state.rediscover();
      return { ok: true };
    }
    await applier.clock.sleep(100);
  }
  return { ok: false, error: "the CustomResourceDefinition is not established" };
}

function done(state: LiveState, made: KubernetesObject, what: string): SyncReply {
  state.assume(made);
  return { ok: true, message: `${displayName(made)} ${what}`, object: made };
}

/** The live state may hold a part of an object; a PUT needs all of it. */
async function whole({ live: state, cluster }: Applier, object: KubernetesObject): Promise<KubernetesObject> {
  if (object["spec"] !== undefined || object["data"] !== undefined) return object;
  const found = await cluster.get(refOf(object, state));
  return found === undefined
    ? object
    : { ...found, metadata: { ...found.metadata, finalizers: object.metadata.finalizers ?? [] } };
}

/** Cluster-scoped targets come with the destination's namespace; the API wants none. */
function placed(target: KubernetesObject, state: LiveState): KubernetesObject {
  const { group } = splitApiVersion(target.apiVersion);
  if (target.metadata.namespace === undefined || state.isNamespaced(group, target.kind) !== false) return target;
  const { namespace: _, ...metadata } = target.metadata;
  return { ...target, metadata };
}

function refOf(object: KubernetesObject, state: LiveState): ObjectRef {
  const { group } = splitApiVersion(object.apiVersion);
  const { name, namespace } = object.metadata;
  const namespaced = state.isNamespaced(group, object.kind) !== false;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespaced && namespace ? { namespace } : {}) };
}

/** `deployment.apps/web`, as kubectl names what it did. */
function displayName(object: KubernetesObject): string {
  const { group } = splitApiVersion(object.apiVersion);
  const kind = object.kind.toLowerCase();
  return `${group === "" ? kind : `${kind}.${group}`}/${object.metadata.name}`;
}
