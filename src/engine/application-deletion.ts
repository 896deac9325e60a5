import { deletionBatches, isDeletedWithApplication, requiresConfirmation } from "../core/decisions/deletion.js";
import { formatError } from "../core/errors.js";
import { formatResourceKey, type KubernetesObject, resourceKeyOf } from "../core/manifest/object.js";
import { instanceName, isDeletionConfirmed, parseRfc3339Ms, propagationPolicyOf } from "../core/tracking/application-flags.js";
import { isSelfTracked, trackedId } from "../core/tracking/track.js";
import type { ClusterPort } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import type { Telemetry } from "../ports/telemetry.js";
import { type Application, kindsOf } from "./application.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { EventRecorder } from "./events.js";
import type { Informer } from "./informer.js";
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
  readonly setCondition: (app: Application, message: string) => Promise<void>;
}

const lookAgainMs = 3_000;
const cascadePrefix = "resources-finalizer.argocd.argoproj.io";

/**
 * Ends an Application that is being deleted: with the cascade finalizer its resources go first, the highest wave first, a wave being gone
 * before the next; then the finalizer goes. A cluster that cannot be reached holds it, a cluster that is not registered any more does not.
 */
export class ApplicationDeletion {
  constructor(private readonly context: DeletionContext) {}

  async reconcile(app: Application): Promise<Handled> {
    const policy = propagationPolicyOf(app.object);
    if (policy === undefined) return { kind: "done" };
    let cluster: FleetCluster;
    try {
      cluster = this.context.clusterOf(app);
    } catch (error) {
      // Argo CD: nobody can delete there any more, so the Application must not stay for ever.
      this.context.telemetry.log.warn("resources are left behind: the cluster is not known", {
        application: app.key,
        error: formatError(error),
      });
      return await this.release(app);
    }
    if (cluster.live.state.kind !== "ready") {
      if (cluster.live.state.kind === "failed")
        await this.context.setCondition(app, `cluster ${cluster.registered.name}: ${formatError(cluster.live.state.error)}`);
      return { kind: "retryAfter", ms: lookAgainMs * 5 };
    }
    await cluster.live.need(kindsOf(app));
    const left = this.resourcesOf(app, cluster);
    if (left.length === 0) return await this.release(app);
    const since = parseRfc3339Ms(app.object.metadata.deletionTimestamp ?? "") ?? 0;
    if (left.some((object) => requiresConfirmation(app.object, object)) && !isDeletionConfirmed(app.object, since)) {
      await this.context.setCondition(
        app,
        "Resource deletion is waiting for confirmation (annotation argocd.argoproj.io/deletion-approved)",
      );
      return { kind: "retryAfter", ms: lookAgainMs * 10 };
    }
    const [batch = []] = deletionBatches(left);
    const errors = await Promise.all(
      batch
        .filter((object) => object.metadata.deletionTimestamp === undefined)
        .map((object) => this.remove(object, cluster, policy)),
    );
    const failure = errors.find((error) => error !== undefined);
    if (failure !== undefined) await this.context.setCondition(app, failure);
    if (this.resourcesOf(app, cluster).length === 0) return await this.release(app);
    return { kind: "retryAfter", ms: failure === undefined ? lookAgainMs : lookAgainMs * 5 };
  }

  private resourcesOf(app: Application, cluster: FleetCluster): readonly KubernetesObject[] {
    const { tracking } = this.context.settings();
    return cluster.live.objectsOf(instanceName(app.object.metadata, this.context.namespace)).filter((object) => {
      const id = trackedId(object, tracking);
      return (id === undefined || isSelfTracked(object, id)) && isDeletedWithApplication(app.object, object);
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

  /** Takes our finalizers off; others keep the Application. */
  private async release(app: Application): Promise<Handled> {
    const { hub, applications, events } = this.context;
    const finalizers = (app.object.metadata.finalizers ?? []).filter((name) => !name.startsWith(cascadePrefix));
    const ref = { apiVersion: app.object.apiVersion, kind: app.object.kind, namespace: app.namespace, name: app.name };
    const { resourceVersion } = app.object.metadata;
    try {
      const patch = {
        metadata: {
          finalizers: finalizers.length > 0 ? finalizers : null,
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
      };
      const left = await hub.patch(ref, patch, { type: "merge", fieldManager: "argocd-controller" });
      events.note(app.object, { type: "Normal", reason: "ResourceDeleted", message: "All resources are deleted" });
      if (finalizers.length > 0) applications.assume(left);
      return { kind: "done" };
    } catch (error) {
      if (error instanceof ClusterError && error.status === 404) return { kind: "done" };
      if (error instanceof ClusterError && error.reason === "Conflict") return { kind: "retryAfter", ms: 200 };
      throw error;
    }
  }
}
