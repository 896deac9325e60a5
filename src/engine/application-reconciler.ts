import { applicationHealth } from "../core/decisions/application-health.js";
import { decideRefresh } from "../core/decisions/refresh.js";
import { FleetwrightError, formatError } from "../core/errors.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import type { FileTree } from "../core/render/file-tree.js";
import { instanceName, parseRfc3339Ms, requestedRefresh } from "../core/tracking/application-flags.js";
import { type Application, applicationOf, kubernetesTime } from "./application.js";
import { ApplicationComparison } from "./application-comparison.js";
import type { ApplicationContext } from "./application-context.js";
import { ApplicationReporter } from "./application-reporter.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { Condition } from "./conditions.js";
import type { ComparedResource } from "./decide.js";
import { finalizersWithHooks, writeFinalizers } from "./finalizers.js";
import { sameValue } from "./merge-patch.js";
import { nextPoll, settledPoll } from "./next-poll.js";
import { objectOfKey } from "./object-key.js";
import { OperationRunner } from "./operation-runner.js";
import { runningOperation } from "./operation-state.js";
import type { CompareOutput } from "./rooms/compare.js";
import type { RenderOutput } from "./rooms/render.js";
import { SettledWalks, type WalkInputs, type WalkState, walkState } from "./settled-walks.js";
import type { TreeChange } from "./tree-change.js";
import type { Handled } from "./work-queue.js";

/** Walks one Application through the rooms: render, compare, sync, report. Level-based: everything is read again, repeating is safe. */
export class ApplicationReconciler {
  private readonly comparison: ApplicationComparison;
  private readonly reporter: ApplicationReporter;
  private readonly operations: OperationRunner;
  private readonly settled = new SettledWalks();

  constructor(private readonly context: ApplicationContext) {
    this.comparison = new ApplicationComparison(context);
    this.reporter = new ApplicationReporter(context);
    this.operations = new OperationRunner(context, this.comparison, this.reporter);
  }

  async reconcile(key: string): Promise<Handled> {
    const { context } = this;
    const object = objectOfKey(context.applications, key);
    if (object === undefined) {
      this.forget(key);
      return { kind: "done" };
    }
    const started = context.clock.monotonic();
    const app = applicationOf(object);
    const handled =
      object.metadata.deletionTimestamp === undefined
        ? await this.walk(app)
        : await context.deletion.reconcile(app, {
            targets: async (cluster) => {
              const output = await this.comparison.render(app, cluster, { refresh: undefined });
              return this.comparison.targets(app, cluster, output).targets;
            },
            setCondition: (condition) => this.reporter.setDeletionCondition(app, condition),
          });
    const labels = { namespace: app.namespace, dest_server: app.destination.server ?? app.destination.name ?? "" };
    context.telemetry.metrics.observe("argocd_app_reconcile", labels, (context.clock.monotonic() - started) / 1000);
    return handled;
  }

  /** Lets go of what is kept of an Application: it is gone, or another replica's. */
  forget(key: string): void {
    this.comparison.forget(key);
    this.reporter.forget(key);
    this.settled.forget(key);
  }

  /** Whether a tree of a repository would render an Application differently; true where that is not known. */
  isTouchedBy(key: string, repoURL: string, tree: FileTree, change?: TreeChange): boolean {
    return this.comparison.isTouchedBy(key, repoURL, tree, change);
  }

  /** What the last comparison found of one resource (`group/Kind/namespace/name`). */
  compared(key: string, resource: string): ComparedResource | undefined {
    return this.comparison.compared(key, resource);
  }

  /** When a comparison saw an Application's drift last. */
  driftSeenMs(key: string): number | undefined {
    return this.reporter.driftSeenMs(key);
  }

  /** Lets the ages of drift grow; called before metrics are read. */
  tick(): void {
    this.reporter.tick();
  }

  private async walk(app: Application): Promise<Handled> {
    const { context } = this;
    let cluster: FleetCluster;
    try {
      cluster = context.clusterOf(app);
    } catch (error) {
      return await this.reportFailure(app, { type: "InvalidSpecError", message: formatError(error) }, error);
    }
    const project = context.projectOf(app, cluster);
    if (project.conditions.length > 0) return await this.reportFailure(app, project.conditions, undefined);
    const { live } = cluster;
    if (live.state.kind === "connecting") return { kind: "retryAfter", ms: 30_000 };
    if (live.state.kind === "failed") {
      const message = `failed to load live state: cluster ${cluster.registered.name} (${cluster.registered.server}): ${formatError(live.state.error)}${lastVerdict(app)}`;
      return await this.reportFailure(app, { type: "ComparisonError", message }, undefined);
    }
    const found: Condition[] = [];
    const refresh = requestedRefresh(app.object);
    let output: RenderOutput;
    let inputs: WalkInputs;
    let before: WalkState;
    let comparison: CompareOutput;
    try {
      this.follow(app, undefined);
      output = await this.comparison.render(app, cluster, { refresh, ...this.freshness(app) });
      this.follow(app, output);
      inputs = this.inputs(app, { cluster, project, output });
      if (refresh === undefined && this.settled.holds(inputs)) return await this.confirm(inputs);
      before = walkState(inputs);
      comparison = await this.comparison.compare(app, cluster, output, project);
    } catch (error) {
      // A newer commit came meanwhile: the key is on the queue again.
      if (error instanceof FleetwrightError && error.code === "RENDER_SUPERSEDED") return { kind: "retryAfter", ms: 1_000 };
      const message = `Failed to load target state: failed to generate manifest for source 1 of ${Math.max(1, app.sources.length)}: ${formatError(error)}`;
      return await this.reportFailure(app, { type: "ComparisonError", message }, error, cluster);
    }
    found.push(...comparison.conditions);
    const held = await this.holdForHooks(app, comparison);
    const handled = await this.operations.operate(held, { cluster, project, output, comparison, found });
    if (comparison.status === "Synced" && !comparison.failed && found.length === 0) this.noteSettled(app, before);
    return handled;
  }

  /** By the Application as it is held: what a write answers is held without what its writers note about themselves. */
  private noteSettled(app: Application, before: WalkState): void {
    this.settled.note(app.key, before, this.context.applications.get(app.namespace, app.name));
  }

  private inputs(app: Application, at: Pick<WalkInputs, "cluster" | "project" | "output">): WalkInputs {
    const { context } = this;
    const instance = instanceName(app.object.metadata, context.namespace);
    return { app, ...at, instance, settings: context.settings(), held: context.heldPlans(app.key).length };
  }

  /** Nothing has changed that the last verdict came from: it holds at the commits of now. */
  private async confirm(inputs: WalkInputs): Promise<Handled> {
    const { app, output } = inputs;
    const before = walkState(inputs);
    await this.reporter.confirm(app, output);
    this.noteSettled(app, before);
    return output.isFollowed ? settledPoll(this.context) : nextPoll(this.context);
  }

  /** Argo CD: an Application whose manifests have hooks for its deletion is kept for them by finalizers. */
  private async holdForHooks(app: Application, comparison: CompareOutput): Promise<Application> {
    const before = app.object.metadata.finalizers ?? [];
    const after = finalizersWithHooks(before, {
      PreDelete: comparison.preDeleteHooks.length > 0,
      PostDelete: comparison.postDeleteHooks.length > 0,
    });
    if (sameValue(before, after)) return app;
    return (await writeFinalizers(this.context, app, after)) ?? app;
  }

  /** Argo CD: a source that was never compared is resolved anew, for its commit may be younger than what is known of the repository. */
  private freshness(app: Application): { readonly maxAgeMs?: number } {
    const nowMs = this.context.clock.now();
    if (requestedRefresh(app.object) !== undefined) return {};
    if (decideRefresh(app.object, { nowMs, softTimeoutMs: 0, hardTimeoutMs: 0 }).level < 3) return {};
    const createdMs = parseRfc3339Ms(app.object.metadata.creationTimestamp ?? "");
    if (createdMs === undefined || isObject(objectAt(app.status, "sync")["comparedTo"])) return { maxAgeMs: 0 };
    // Many new Applications share an answer that is younger than they are; Kubernetes' times are whole seconds, rounded down.
    return { maxAgeMs: Math.max(0, nowMs - createdMs - 1_000) };
  }

  /** Nothing could be compared: the reason is a condition, sync and (without a cluster) health are Unknown; resources stay as they were. */
  private async reportFailure(
    app: Application,
    condition: Condition | readonly Condition[],
    error: unknown,
    cluster?: FleetCluster,
  ): Promise<Handled> {
    const { context } = this;
    const found = (Array.isArray(condition) ? condition : [condition]) as readonly Condition[];
    const objects = cluster?.live.objectsOf(instanceName(app.object.metadata, context.namespace)) ?? [];
    const health =
      objects.length > 0
        ? applicationHealth(
            objects.map((live) => ({ target: live, live })),
            app.object,
            context.assess,
          ).status
        : "Unknown";
    const operation = app.operation !== undefined && runningOperation(app) === undefined ? this.failedOperation(app, found) : {};
    await this.reporter.report(app, {
      found,
      comparison: undefined,
      output: undefined,
      health: { status: health, message: "" },
      withSync: false,
      ...operation,
    });
    if (error instanceof FleetwrightError && error.kind === "external") return { kind: "failed", reason: error.message };
    if (error !== undefined && !(error instanceof FleetwrightError)) throw error;
    return nextPoll(context);
  }

  /** What was asked for cannot be done while the Application is in error: it ends, as in Argo CD, rather than waits unseen. */
  private failedOperation(app: Application, found: readonly Condition[]): { operationState: ValueObject; operation: null } {
    const now = kubernetesTime(this.context.clock.now());
    const message = found.map((condition) => condition.message).join("; ");
    return {
      operationState: { operation: app.operation ?? {}, phase: "Error", message, startedAt: now, finishedAt: now },
      operation: null,
    };
  }

  private follow(app: Application, output: RenderOutput | undefined): void {
    const places = app.sources.flatMap((source, index) => {
      // Chart repositories have no commits to follow: they are asked again at each poll.
      if (stringAt(source, "chart") !== "") return [];
      const revision = stringAt(source, "targetRevision") || "HEAD";
      return [{ repoURL: stringAt(source, "repoURL"), revision, commit: output?.revisions[index] }];
    });
    this.context.onSources(app.key, places);
  }
}

/** How the Application stood when it could be compared, and when that was: what is not known now is not called Synced. */
function lastVerdict(app: Application): string {
  const at = stringAt(app.status, "reconciledAt");
  return at === "" ? "" : `; compared for the last time at ${at}`;
}
