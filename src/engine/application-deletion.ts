import { deletionBatches, isDeletedWithApplication, requiresConfirmation } from "../core/decisions/deletion.js";
import { formatError } from "../core/errors.js";
import type { Assessment } from "../core/health/assess.js";
import { formatResourceKey, type KubernetesObject, resourceKeyOf, splitApiVersion } from "../core/manifest/object.js";
import type { DeleteHookType } from "../core/sync/hooks.js";
import { instanceName, isDeletionConfirmed, parseRfc3339Ms, propagationPolicyOf } from "../core/tracking/application-flags.js";
import { isSelfTracked, trackedId } from "../core/tracking/track.js";
import type { ClusterPort } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import type { Telemetry } from "../ports/telemetry.js";
import { type Application, kindsOf } from "./application.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { Condition } from "./conditions.js";
import { clearDeletionHooks, type HooksProgress, runDeletionHooks } from "./deletion-hooks.js";
import type { EventRecorder } from "./events.js";
import { hasFinalizer, hookFinalizers, writeFinalizers } from "./finalizers.js";
import type { Informer } from "./informer.js";
import type { ProjectVerdict } from "./projects.js";
import type { ControllerSettings } from "./settings.js";
import type { Handled } from "./work-queue.js";

export interface DeletionContext {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly applications: Informer;
  readonly telemetry: Telemetry;
  readonly events: EventRecorder;
  readonly settings: () => ControllerSettings;
  readonly clusterOf: (app: Application) => FleetCluster;
  readonly projectOf: (app: Application, cluster: FleetCluster) => ProjectVerdict;
  readonly assess: (object: KubernetesObject) => Assessment;
}

/** What the deletion asks of the rooms of the Application that goes. */
export interface DeletionRooms {
  /** The manifests, hooks of all kinds among them. */
  readonly targets: (cluster: FleetCluster) => Promise<readonly KubernetesObject[]>;
  /** Says on the Application what its deletion waits for or why it does not get on. */
  readonly setCondition: (condition: Condition) => Promise<void>;
}

const lookAgainMs = 3_000;
const cascadePrefix = "resources-finalizer.argocd.argoproj.io";

/**
 * Ends an Application that is being deleted (Argo CD): PreDelete hooks, then with the cascade finalizer its resources, the highest wave
 * first and a wave being gone before the next, then PostDelete hooks; each step takes its finalizer off. A cluster that cannot be reached
 * holds it, a cluster that is not registered any more does not.
 */
export class ApplicationDeletion {
  constructor(private readonly context: DeletionContext) {}

  async reconcile(app: Application, rooms: DeletionRooms): Promise<Handled> {
    if (!ownFinalizers(app).length) return { kind: "done" };
    let cluster: FleetCluster;
    try {
      cluster = this.context.clusterOf(app);
    } catch (error) {
      // Argo CD: nobody can delete there any more, so the Application must not stay for ever.
      this.context.telemetry.log.warn("resources are left behind: the cluster is not known", {
        application: app.key,
        error: formatError(error),
      });
      return await this.takeOff(app, ownFinalizers(app));
    }
    if (cluster.live.state.kind !== "ready") {
      if (cluster.live.state.kind === "failed")
        await rooms.setCondition(blocked(`cluster ${cluster.registered.name}: ${formatError(cluster.live.state.error)}`));
      return { kind: "retryAfter", ms: lookAgainMs * 5 };
    }
    await cluster.live.need(kindsOf(app));
    if (hasFinalizer(app, hookFinalizers.PreDelete.run)) return await this.runHooks(app, cluster, rooms, "PreDelete");
    const policy = propagationPolicyOf(app.object);
    if (policy !== undefined) return await this.cascade(app, cluster, rooms, policy);
    if (hasFinalizer(app, hookFinalizers.PreDelete.cleanup)) return await this.clearHooks(app, cluster, rooms, "PreDelete");
    if (hasFinalizer(app, hookFinalizers.PostDelete.run)) return await this.runHooks(app, cluster, rooms, "PostDelete");
    return await this.clearHooks(app, cluster, rooms, "PostDelete");
  }

  private async cascade(
    app: Application,
    cluster: FleetCluster,
    rooms: DeletionRooms,
    policy: "Foreground" | "Background",
  ): Promise<Handled> {
    const project = this.context.projectOf(app, cluster);
    // Without the project nobody knows what this Application may delete.
    if (!project.exists) {
      await rooms.setCondition(blocked(project.conditions.map(({ message }) => message).join("; ")));
      return { kind: "retryAfter", ms: lookAgainMs * 10 };
    }
    const left = this.resourcesOf(app, cluster, project);
    if (left.length === 0) return await this.takeOff(app, cascadeFinalizers(app));
    const since = parseRfc3339Ms(app.object.metadata.deletionTimestamp ?? "") ?? 0;
    if (left.some((object) => requiresConfirmation(app.object, object)) && !isDeletionConfirmed(app.object, since)) {
      const message = "Resource deletion is waiting for confirmation (annotation argocd.argoproj.io/deletion-approved)";
      await rooms.setCondition(blocked(message));
      return { kind: "retryAfter", ms: lookAgainMs * 10 };
    }
    const [batch = []] = deletionBatches(left);
    const errors = await Promise.all(
      batch
        .filter((object) => object.metadata.deletionTimestamp === undefined)
        .map((object) => this.remove(object, cluster, policy)),
    );
    const failure = errors.find((error) => error !== undefined);
    const remaining = this.resourcesOf(app, cluster, project);
    if (remaining.length === 0) return await this.takeOff(app, cascadeFinalizers(app));
    if (failure !== undefined) await rooms.setCondition(blocked(failure));
    else await rooms.setCondition(waiting(`waiting for deletion of ${describe(deletionBatches(remaining)[0] ?? [])}`));
    return { kind: "retryAfter", ms: failure === undefined ? lookAgainMs : lookAgainMs * 5 };
  }

  private async runHooks(app: Application, cluster: FleetCluster, rooms: DeletionRooms, type: DeleteHookType): Promise<Handled> {
    let targets: readonly KubernetesObject[];
    const project = this.context.projectOf(app, cluster);
    try {
      targets = await rooms.targets(cluster);
    } catch (error) {
      await rooms.setCondition(blocked(`${type} hooks cannot be rendered: ${formatError(error)}`));
      return { kind: "retryAfter", ms: lookAgainMs * 5 };
    }
    const hooks = { ...this.hooksOf(app, cluster, type), cluster: project.actingOn(cluster) };
    const forbidden = targets
      .map((target) => project.forbidden(target, isNamespaced(target, cluster)))
      .find((reason) => reason !== undefined);
    const progress: HooksProgress =
      project.exists && forbidden === undefined
        ? await runDeletionHooks(hooks, targets)
        : { kind: "failed", message: forbidden ?? project.conditions.map(({ message }) => message).join("; ") };
    return await this.after(app, rooms, progress, hookFinalizers[type].run);
  }

  private async clearHooks(
    app: Application,
    cluster: FleetCluster,
    rooms: DeletionRooms,
    type: DeleteHookType,
  ): Promise<Handled> {
    const progress = await clearDeletionHooks(this.hooksOf(app, cluster, type));
    return await this.after(app, rooms, progress, hookFinalizers[type].cleanup);
  }

  private async after(app: Application, rooms: DeletionRooms, progress: HooksProgress, finalizer: string): Promise<Handled> {
    if (progress.kind === "done") return await this.takeOff(app, [finalizer]);
    await rooms.setCondition(progress.kind === "failed" ? blocked(progress.message) : waiting(progress.message));
    return { kind: "retryAfter", ms: progress.kind === "failed" ? lookAgainMs * 5 : lookAgainMs };
  }

  private hooksOf(app: Application, cluster: FleetCluster, type: DeleteHookType) {
    const { namespace, assess } = this.context;
    const instance = instanceName(app.object.metadata, namespace);
    return { app, type, live: cluster.live, cluster: cluster.live.cluster, instance, assess };
  }

  private resourcesOf(app: Application, cluster: FleetCluster, project: ProjectVerdict): readonly KubernetesObject[] {
    const { tracking } = this.context.settings();
    return cluster.live.objectsOf(instanceName(app.object.metadata, this.context.namespace)).filter((object) => {
      const id = trackedId(object, tracking);
      if (id !== undefined && !isSelfTracked(object, id)) return false;
      // Argo CD: what the project does not permit is not this Application's to delete.
      if (project.forbidden(object, isNamespaced(object, cluster)) !== undefined) return false;
      return isDeletedWithApplication(app.object, object);
    });
  }

  private async remove(
    object: KubernetesObject,
    cluster: FleetCluster,
    propagationPolicy: "Foreground" | "Background",
  ): Promise<string | undefined> {
    const { name, namespace, uid } = object.metadata;
    const ref = { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
    try {
      await cluster.live.cluster.delete(ref, { propagationPolicy, ...(uid === undefined ? {} : { preconditions: { uid } }) });
      const left = await cluster.live.cluster.get(ref);
      if (left === undefined) cluster.live.forget(object);
      else cluster.live.assume(left);
      return undefined;
    } catch (error) {
      if (error instanceof ClusterError && error.reason === "Conflict") return undefined;
      return `failed to delete ${formatResourceKey(resourceKeyOf(object))}: ${formatError(error)}`;
    }
  }

  /** Takes finalizers off; others keep the Application, and those of ours that are left are the next steps. */
  private async takeOff(app: Application, gone: readonly string[]): Promise<Handled> {
    const finalizers = (app.object.metadata.finalizers ?? []).filter((name) => !gone.includes(name));
    const written = await writeFinalizers(this.context, app, finalizers);
    if (written !== undefined && ownFinalizers(written).length === 0)
      this.context.events.note(app.object, { type: "Normal", reason: "ResourceDeleted", message: "All resources are deleted" });
    return written !== undefined && ownFinalizers(written).length === 0 ? { kind: "done" } : { kind: "retryAfter", ms: 200 };
  }
}

/** The finalizers that are ours to take off. */
function ownFinalizers(app: Application): readonly string[] {
  const ofHooks: readonly string[] = Object.values(hookFinalizers).flatMap(({ run, cleanup }) => [run, cleanup]);
  const ofCascade = propagationPolicyOf(app.object) === undefined ? [] : cascadeFinalizers(app);
  return [...ofCascade, ...(app.object.metadata.finalizers ?? []).filter((name) => ofHooks.includes(name))];
}

function cascadeFinalizers(app: Application): readonly string[] {
  return (app.object.metadata.finalizers ?? []).filter((name) => name.startsWith(cascadePrefix));
}

function isNamespaced(object: KubernetesObject, { live }: FleetCluster): boolean {
  return live.isNamespaced(splitApiVersion(object.apiVersion).group, object.kind) ?? true;
}

const blocked = (message: string): Condition => ({ type: "DeletionError", message });
const waiting = (message: string): Condition => ({ type: "DeletionWaiting", message });

function describe(objects: readonly KubernetesObject[]): string {
  const [first, ...others] = objects.map((object) => formatResourceKey(resourceKeyOf(object)).replace(/^\//, ""));
  return others.length === 0 ? (first ?? "") : `${first} and ${others.length} more`;
}
