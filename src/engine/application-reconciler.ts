import { applicationHealth } from "../core/decisions/application-health.js";
import { decideAutoSync } from "../core/decisions/auto-sync.js";
import { isSuperseded } from "../core/decisions/supersede.js";
import { FleetwrightError, formatError } from "../core/errors.js";
import type { Assessment } from "../core/health/assess.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { formatResourceKey, resourceKeyOf } from "../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../core/manifest/value.js";
import type { FileTree } from "../core/render/file-tree.js";
import { isSelected, type SyncProgress, syncSettings } from "../core/sync/operation.js";
import type { SyncInput } from "../core/sync/plan.js";
import { instanceName, isDeletionConfirmed, parseRfc3339Ms, requestedRefresh } from "../core/tracking/application-flags.js";
import { mayRetry, retryDelayMs } from "../core/tracking/retry.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { Telemetry } from "../ports/telemetry.js";
import { type Application, applicationOf, kindsOf, kubernetesTime, refreshAnnotation } from "./application.js";
import type { ApplicationDeletion } from "./application-deletion.js";
import { ApplicationMetrics } from "./application-metrics.js";
import type { FleetCluster } from "./cluster-fleet.js";
import { type Condition, type ConditionType, nextConditions } from "./conditions.js";
import type { ComparedResource, Differ, HealthVerdict } from "./decide.js";
import type { EventRecorder } from "./events.js";
import type { Informer } from "./informer.js";
import { mergePatchBetween } from "./merge-patch.js";
import {
  hookIntentsAnnotation,
  isEnded,
  progressOf,
  runningOperation,
  stateWith,
  syncOperationOf,
  writeIntents,
} from "./operation-state.js";
import type { ProjectVerdict } from "./projects.js";
import { type CompareMemory, type CompareOutput, compareApplication } from "./rooms/compare.js";
import { type RenderOutput, type RenderRoom, renderApplication } from "./rooms/render.js";
import { nextHistory, reportStatus } from "./rooms/report.js";
import { type SyncRoom, syncApplication } from "./rooms/sync.js";
import { timed } from "./rooms/timed.js";
import type { ControllerSettings } from "./settings.js";
import { targetsOf } from "./targets.js";
import type { Handled } from "./work-queue.js";

export interface ApplicationContext {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly applications: Informer;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly events: EventRecorder;
  readonly render: RenderRoom;
  readonly settings: () => ControllerSettings;
  readonly assess: (object: KubernetesObject) => Assessment;
  readonly differFor: (app: Application) => Differ;
  readonly compareMemory: CompareMemory;
  readonly waveDelayMs: number;
  /** Throws InputError with Argo CD's words. */
  readonly clusterOf: (app: Application) => FleetCluster;
  readonly projectOf: (app: Application, cluster: FleetCluster) => ProjectVerdict;
  readonly deletion: ApplicationDeletion;
  /** An Application reads these now. */
  readonly onSources: (
    key: string,
    places: readonly { readonly repoURL: string; readonly revision: string; readonly commit: string | undefined }[],
  ) => void;
}

interface Memory {
  /** The renders that the targets come from, by repository. */
  readonly renders: RenderOutput["renders"];
  readonly renderId: string;
  readonly epoch: string;
  readonly targets: readonly KubernetesObject[];
  readonly conditions: readonly Condition[];
  /** The last comparison, for whoever wants to see a difference. */
  resources?: readonly ComparedResource[];
}

const evaluated = new Set<ConditionType>([
  "InvalidSpecError",
  "ComparisonError",
  "SharedResourceWarning",
  "RepeatedResourceWarning",
  "ExcludedResourceWarning",
  "OrphanedResourceWarning",
  "UnknownError",
]);
const evaluatedWithSync = new Set<ConditionType>([...evaluated, "SyncError"]);
const selfHeal = { timeoutMs: 5_000, backoff: { initialMs: 2_000, factor: 3, capMs: 300_000 } };
const supersedeGraceMs = 30_000;

/** Walks one Application through the rooms: render, compare, sync, report. Level-based: everything is read again, repeating is safe. */
export class ApplicationReconciler {
  private readonly memory = new Map<string, Memory>();
  private readonly metrics: ApplicationMetrics;

  constructor(private readonly context: ApplicationContext) {
    this.metrics = new ApplicationMetrics(context.telemetry.metrics, context.clock, context.namespace);
  }

  async reconcile(key: string): Promise<Handled> {
    const { context } = this;
    const slash = key.indexOf("/");
    const object = context.applications.get(key.slice(0, slash), key.slice(slash + 1));
    if (object === undefined) {
      this.memory.delete(key);
      this.metrics.remove(key);
      return { kind: "done" };
    }
    const started = context.clock.monotonic();
    const app = applicationOf(object);
    const handled =
      object.metadata.deletionTimestamp === undefined ? await this.walk(app) : await context.deletion.reconcile(app);
    const labels = { namespace: app.namespace, dest_server: app.destination.server ?? app.destination.name ?? "" };
    context.telemetry.metrics.observe("argocd_app_reconcile", labels, (context.clock.monotonic() - started) / 1000);
    return handled;
  }

  /** Whether a tree of a repository would render an Application differently; true where that is not known. */
  isTouchedBy(key: string, repoURL: string, tree: FileTree): boolean {
    const renders = this.memory.get(key)?.renders.filter((render) => render.repoURL === repoURL);
    if (renders === undefined || renders.length === 0) return true;
    return !renders.every((render) => this.context.render.cache.holds(render.key, tree) === true);
  }

  /** Lets the ages of drift grow; called before metrics are read. */
  tick(): void {
    this.metrics.tick();
  }

  /** Says on the Application why its deletion does not get on. */
  async setDeletionError(app: Application, message: string): Promise<void> {
    const conditions = nextConditions(listAt(app.status, "conditions"), [{ type: "DeletionError", message }], {
      evaluated: new Set<ConditionType>(["DeletionError"]),
      now: kubernetesTime(this.context.clock.now()),
    });
    await this.writeStatus(app, { ...app.status, conditions }, {});
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
      const message = `failed to load live state: cluster ${cluster.registered.name} (${cluster.registered.server}): ${formatError(live.state.error)}`;
      return await this.reportFailure(app, { type: "ComparisonError", message }, undefined);
    }
    const found: Condition[] = [];
    const refresh = requestedRefresh(app.object);
    let output: RenderOutput;
    let comparison: CompareOutput;
    try {
      this.follow(app, undefined);
      output = await this.render(app, cluster, { refresh });
      this.follow(app, output);
      comparison = await this.compare(app, cluster, output, project);
    } catch (error) {
      const message = `Failed to load target state: failed to generate manifest for source 1 of ${Math.max(1, app.sources.length)}: ${formatError(error)}`;
      return await this.reportFailure(app, { type: "ComparisonError", message }, error, cluster);
    }
    found.push(...comparison.conditions);
    return await this.operate(app, { cluster, project, output, comparison, found });
  }

  /** Goes on with an operation that runs, begins one that is asked for or due, else reports. */
  private async operate(
    app: Application,
    at: {
      cluster: FleetCluster;
      project: ProjectVerdict;
      output: RenderOutput;
      comparison: CompareOutput;
      found: readonly Condition[];
    },
  ): Promise<Handled> {
    const { context } = this;
    const running = runningOperation(app);
    if (running !== undefined) {
      const retryAtMs = retryTime(running);
      const now = context.clock.now();
      if (retryAtMs !== undefined && retryAtMs > now && running["phase"] === "Running") {
        await this.report(app, { ...at, operationState: running });
        return { kind: "retryAfter", ms: retryAtMs - now };
      }
      const state = retryAtMs === undefined ? this.supersede(app, running, at.output) : retried(running);
      return await this.runOperation(app, at, state);
    }
    if (app.operation !== undefined) {
      const blocked = at.project.syncBlocked(objectAt(app.operation, "initiatedBy")["automated"] !== true);
      if (blocked === undefined) return await this.begin(app, at, app.operation);
      return await this.refuse(app, at, blocked);
    }
    const revisions: ValueObject = app.hasMultipleSources
      ? { revisions: at.output.revisions }
      : { revision: at.output.revisions[0] ?? "" };
    const decision = decideAutoSync({
      app: app.object,
      syncStatus: { status: at.comparison.failed ? "Unknown" : at.comparison.status, ...revisions },
      resources: at.comparison.resources.filter((resource) => resource.status !== ""),
      nowMs: context.clock.now(),
      selfHeal,
    });
    if (decision.kind === "start" && at.project.syncBlocked(false) === undefined)
      return await this.begin(app, at, decision.operation);
    const syncError: readonly Condition[] =
      decision.kind === "none" && decision.condition !== undefined ? [{ type: "SyncError", message: decision.condition }] : [];
    await this.report(app, { ...at, found: [...at.found, ...syncError], withSync: true });
    return decision.kind === "wait" ? { kind: "retryAfter", ms: Math.max(100, decision.retryAfterMs) } : this.nextPoll();
  }

  private async begin(
    app: Application,
    at: Parameters<ApplicationReconciler["operate"]>[1],
    operation: ValueObject,
  ): Promise<Handled> {
    const { context } = this;
    const sync = objectAt(operation, "sync");
    const asked =
      listAt(sync, "revisions").length > 0
        ? listAt(sync, "revisions").map(String)
        : stringAt(sync, "revision")
          ? [stringAt(sync, "revision")]
          : [];
    // The commits are fixed before anything is done, so that the whole operation means the same.
    const revisions = await Promise.all(
      at.output.revisions.map(async (commit, index) => {
        const wanted = asked[index];
        if (wanted === undefined || wanted === commit) return commit;
        const source = app.sources[index] ?? {};
        return (await context.render.source.resolve(stringAt(source, "repoURL"), wanted, { maxAgeMs: 0 })).commit;
      }),
    ).catch((error: unknown) => error as Error);
    if (revisions instanceof Error) return await this.refuse(app, at, formatError(revisions), operation);
    const several = app.hasMultipleSources;
    const source = isObject(sync["source"]) ? sync["source"] : (app.sources[0] ?? {});
    const sources = listAt(sync, "sources").length > 0 ? listAt(sync, "sources") : app.sources;
    const state: ValueObject = {
      operation,
      phase: "Running",
      message: "",
      startedAt: kubernetesTime(context.clock.now()),
      syncResult: several ? { revisions, revision: "", source: {}, sources } : { revision: revisions[0] ?? "", source },
    };
    const automated = objectAt(operation, "initiatedBy")["automated"] === true;
    const who = automated
      ? "automated sync"
      : `${stringAt(objectAt(operation, "initiatedBy"), "username") || "Unknown user"} sync`;
    context.events.note(app.object, {
      type: "Normal",
      reason: "OperationStarted",
      message: `Initiated ${who} to '${revisions.join(",").slice(0, 40)}'`,
    });
    const begun = await this.report(app, { ...at, operationState: state, operation });
    return await this.runOperation(begun, at, state);
  }

  /** An operation that cannot begin ends with its reason. */
  private async refuse(
    app: Application,
    at: Parameters<ApplicationReconciler["operate"]>[1],
    message: string,
    operation = app.operation ?? {},
  ): Promise<Handled> {
    const now = kubernetesTime(this.context.clock.now());
    await this.report(app, {
      ...at,
      operationState: { operation, phase: "Error", message, startedAt: now, finishedAt: now },
      operation: null,
    });
    return this.nextPoll();
  }

  private async runOperation(
    app: Application,
    at: Parameters<ApplicationReconciler["operate"]>[1],
    begun: ValueObject,
  ): Promise<Handled> {
    const { context } = this;
    const { cluster, project } = at;
    const operation = objectAt(begun, "operation");
    const sync = objectAt(operation, "sync");
    const result = objectAt(begun, "syncResult");
    const revisions = app.hasMultipleSources ? listAt(result, "revisions").map(String) : [stringAt(result, "revision")];
    const sources = app.hasMultipleSources ? listAt(result, "sources").filter(isObject) : [objectAt(result, "source")];
    const sameAsSpec =
      revisions.join() === at.output.revisions.join() && !isObject(sync["source"]) && listAt(sync, "sources").length === 0;
    let output = at.output;
    if (!sameAsSpec) {
      try {
        output = await this.render({ ...app, sources }, cluster, { refresh: undefined, revisions });
      } catch (error) {
        if (!(error instanceof FleetwrightError) || error.kind !== "input") throw error;
        return await this.finish(app, at, begun, { phase: "Error", message: formatError(error), resources: [] });
      }
    }
    const selected = syncOperationOf(operation);
    let current = app;
    let first: CompareOutput | undefined = sameAsSpec ? at.comparison : undefined;
    const startedAtMs = parseRfc3339Ms(stringAt(begun, "startedAt")) ?? context.clock.now();
    const room: SyncRoom = {
      live: cluster.live,
      clock: context.clock,
      waveDelayMs: context.waveDelayMs,
    };
    const ended = await timed(context.telemetry, context.clock, "sync", () =>
      syncApplication(room, {
        progress: progressOf(begun, app.object.metadata.annotations),
        prepare: async (progress) => {
          const comparison = first ?? (await this.compare(current, cluster, output, project));
          first = undefined;
          return this.syncInput(current, {
            comparison,
            progress,
            revision: revisions[0] ?? "",
            startedAtMs,
            selected,
            project,
            cluster,
          });
        },
        persist: async (progress) => {
          current = await this.writeStatus(
            current,
            { ...current.status, operationState: stateWith(begun, progress) },
            { intents: progress },
          );
        },
      }),
    );
    if (ended.againAfterMs === undefined) return await this.finish(current, at, begun, ended.progress, output);
    const comparison = await this.compare(current, cluster, at.output, project);
    const { intents } = ended.progress;
    await this.report(current, { ...at, comparison, operationState: stateWith(begun, ended.progress), intents: intents ?? [] });
    return { kind: "retryAfter", ms: ended.againAfterMs };
  }

  private syncInput(
    app: Application,
    from: {
      comparison: CompareOutput;
      progress: SyncProgress;
      revision: string;
      startedAtMs: number;
      selected: ReturnType<typeof syncOperationOf>;
      project: ProjectVerdict;
      cluster: FleetCluster;
    },
  ): SyncInput {
    const { comparison, selected, project, cluster } = from;
    const { live } = cluster;
    const byKey = new Map(comparison.resources.map((resource) => [resource.key, resource]));
    const namespaceMetadata = objectAt(app.spec, "syncPolicy")["managedNamespaceMetadata"];
    const { namespace } = app.destination;
    return {
      namespace,
      revision: from.revision,
      startedAtSeconds: Math.floor(from.startedAtMs / 1000),
      pairs: comparison.pairs,
      hooks: comparison.hooks,
      settings: syncSettings(selected),
      includes: (pair) => {
        const key = resourceKeyOf((pair.target ?? pair.live)!);
        const resources = selected.resources ?? [];
        if (resources.length > 0 && !isSelected(key, resources)) return false;
        return byKey.get(formatResourceKey(key))?.isSelfTracked ?? true;
      },
      ...(isObject(namespaceMetadata) ? { managedNamespaceMetadata: namespaceMetadata } : {}),
      isPruneConfirmed: isDeletionConfirmed(app.object, from.startedAtMs),
      progress: from.progress,
      observed: {
        health: (object) => {
          const { health } = this.context.assess(object);
          return health === undefined || health.status === "" ? null : { status: health.status, message: health.message };
        },
        scope: (apiVersion, kind) => {
          const resource = live.serves(apiVersion, kind);
          if (resource !== undefined) return { kind: "found", namespaced: resource.namespaced };
          const error = `The Kubernetes API could not find ${apiVersion}/${kind}. Make sure the "${kind}" CRD is installed on the destination cluster.`;
          return { kind: "missing", error };
        },
        forbidden: project.forbidden,
        isModified: (key) => byKey.get(key)?.verdict.modified,
        liveNamespace:
          namespace === "" ? null : (live.find({ group: "", kind: "Namespace", namespace: "", name: namespace }) ?? null),
      },
    };
  }

  /** An operation has ended: succeeded, to be tried again, or failed for good. */
  private async finish(
    app: Application,
    at: Parameters<ApplicationReconciler["operate"]>[1],
    begun: ValueObject,
    progress: SyncProgress,
    output = at.output,
  ): Promise<Handled> {
    const { context } = this;
    const now = context.clock.now();
    const operation = objectAt(begun, "operation");
    const sync = objectAt(operation, "sync");
    const retry = isObject(operation["retry"]) ? operation["retry"] : undefined;
    const retryCount = typeof begun["retryCount"] === "number" ? begun["retryCount"] : 0;
    const failed = progress.phase !== "Succeeded";
    context.telemetry.metrics.count("argocd_app_sync_total", {
      namespace: app.namespace,
      name: app.name,
      project: app.project,
      dest_server: at.cluster.registered.server,
      phase: progress.phase,
      dry_run: String(sync["dryRun"] === true),
    });
    const ended: ValueObject = { ...stateWith(begun, progress), finishedAt: kubernetesTime(now) };
    if (failed && retry !== undefined && mayRetry(retry, retryCount) && stringAt(begun, "phase") !== "Terminating") {
      const delayMs = retryDelayMs(retry, retryCount);
      const message = `${progress.message}. Retrying attempt #${retryCount + 1} at ${retryClock(now + delayMs)}.`;
      await this.report(app, {
        ...at,
        operationState: { ...ended, phase: "Running", message, retryCount: retryCount + 1 },
        operation,
        intents: [],
      });
      return { kind: "retryAfter", ms: delayMs };
    }
    const revision = output.revisions[0] ?? "";
    context.events.note(app.object, {
      type: failed ? "Warning" : "Normal",
      reason: "OperationCompleted",
      message: failed ? `Sync operation to ${revision} failed: ${progress.message}` : `Sync operation to ${revision} succeeded`,
    });
    const isWhole = listAt(sync, "resources").length === 0 && sync["dryRun"] !== true;
    const several = app.hasMultipleSources;
    const entry: ValueObject = {
      ...(several
        ? { revisions: output.revisions, sources: app.sources }
        : { revision, source: objectAt(objectAt(begun, "syncResult"), "source") }),
      deployStartedAt: begun["startedAt"] ?? null,
      deployedAt: kubernetesTime(now),
      initiatedBy: objectAt(operation, "initiatedBy"),
    };
    const history = !failed && isWhole ? nextHistory(app, entry) : undefined;
    const comparison = await this.compare(app, at.cluster, at.output, at.project);
    await this.report(app, {
      ...at,
      comparison,
      found: comparison.conditions,
      withSync: true,
      operationState: ended,
      operation: null,
      intents: [],
      ...(history ? { history } : {}),
    });
    return failed ? { kind: "retryAfter", ms: 5_000 } : this.nextPoll();
  }

  /** Safer than the original: an automated sync that only waits gives way to a newer commit. */
  private supersede(app: Application, running: ValueObject, output: RenderOutput): ValueObject {
    const result = objectAt(running, "syncResult");
    const revisions = app.hasMultipleSources ? listAt(result, "revisions").map(String) : [stringAt(result, "revision")];
    const startedAtMs = parseRfc3339Ms(stringAt(running, "startedAt")) ?? 0;
    const superseded =
      running["phase"] === "Running" &&
      isSuperseded(
        {
          isAutomated: objectAt(objectAt(running, "operation"), "initiatedBy")["automated"] === true,
          revisions,
          startedAtMs,
          waitingSinceMs: startedAtMs,
        },
        { nowMs: this.context.clock.now(), desiredRevisions: output.revisions, graceMs: supersedeGraceMs },
      );
    return superseded ? { ...running, phase: "Terminating" } : running;
  }

  private async render(
    app: Application,
    cluster: FleetCluster,
    options: { refresh: "normal" | "hard" | undefined; revisions?: readonly string[] },
  ): Promise<RenderOutput> {
    const { context } = this;
    return await timed(context.telemetry, context.clock, "render", () =>
      renderApplication(context.render, {
        appName: app.name,
        namespace: app.destination.namespace,
        sources: app.sources,
        ...(options.revisions === undefined ? {} : { revisions: options.revisions }),
        kubeVersion: cluster.live.version,
        apiVersions: cluster.live.apiVersions,
        maxAgeMs: options.refresh === undefined ? Number.POSITIVE_INFINITY : 0,
        force: options.refresh === "hard",
      }),
    );
  }

  private async compare(
    app: Application,
    cluster: FleetCluster,
    output: RenderOutput,
    project: ProjectVerdict,
  ): Promise<CompareOutput> {
    const { context } = this;
    const settings = context.settings();
    const instance = instanceName(app.object.metadata, context.namespace);
    const { namespace } = app.destination;
    const { live } = cluster;
    const epoch = `${cluster.registered.server}|${live.epoch}|${namespace}|${JSON.stringify(settings.tracking)}`;
    const memoryKey = `${app.key}|${output.id}`;
    let memory = this.memory.get(app.key);
    if (memory === undefined || memory.renderId !== memoryKey || memory.epoch !== epoch) {
      const { objects, conditions } = targetsOf(output.manifests, {
        instance,
        namespace,
        tracking: settings.tracking,
        isNamespaced: (group, kind) => live.isNamespaced(group, kind),
        isExcluded: (group, kind) => settings.isExcluded(group, kind, cluster.registered.server),
      });
      memory = { renderId: memoryKey, epoch, targets: objects, conditions, renders: output.renders };
      this.memory.set(app.key, memory);
    }
    const { targets, conditions } = memory;
    const compared = await timed(context.telemetry, context.clock, "compare", () =>
      compareApplication({
        instance,
        namespace,
        targets,
        live,
        tracking: settings.tracking,
        formerKinds: kindsOf(app),
        differ: context.differFor(app),
        health: (object) => this.healthOf(object),
        memory: context.compareMemory,
        createsNamespace: listAt(objectAt(app.spec, "syncPolicy"), "syncOptions").includes("CreateNamespace=true"),
        isPermitted: project.isPermitted,
      }),
    );
    memory.resources = compared.resources;
    return { ...compared, conditions: [...conditions, ...compared.conditions] };
  }

  /** What the last comparison found of one resource (`group/Kind/namespace/name`). */
  compared(key: string, resource: string): ComparedResource | undefined {
    return this.memory.get(key)?.resources?.find((found) => found.key === resource);
  }

  private healthOf(object: KubernetesObject): HealthVerdict | undefined {
    const { health } = this.context.assess(object);
    return health && { status: health.status, message: health.message };
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
    await this.report(app, {
      found,
      comparison: undefined,
      output: undefined,
      health: { status: health, message: "" },
      withSync: false,
      ...operation,
    });
    if (error instanceof FleetwrightError && error.kind === "external") return { kind: "failed", reason: error.message };
    if (error !== undefined && !(error instanceof FleetwrightError)) throw error;
    return this.nextPoll();
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

  private async report(
    app: Application,
    what: {
      found: readonly Condition[];
      comparison: CompareOutput | undefined;
      output: RenderOutput | undefined;
      health?: HealthVerdict;
      withSync?: boolean;
      operationState?: ValueObject;
      operation?: ValueObject | null;
      intents?: NonNullable<SyncProgress["intents"]>;
      history?: readonly Value[];
    },
  ): Promise<Application> {
    const { context } = this;
    const { comparison, output } = what;
    const health = what.health ?? this.applicationHealth(app, comparison!);
    const status = reportStatus({
      app,
      nowMs: context.clock.now(),
      controllerNamespace: context.namespace,
      comparison:
        comparison && output
          ? {
              status: comparison.failed ? "Unknown" : comparison.status,
              resources: comparison.resources,
              revisions: output.revisions,
              sourceType: output.sourceType,
            }
          : undefined,
      health,
      found: what.found,
      evaluated: what.withSync === true ? evaluatedWithSync : evaluated,
      ...(what.operationState === undefined ? {} : { operationState: what.operationState }),
      ...(what.history === undefined ? {} : { history: what.history }),
      touched: requestedRefresh(app.object) !== undefined,
    });
    return await this.writeStatus(app, status, {
      operation: what.operation,
      ...(what.intents === undefined ? {} : { intents: { intents: what.intents } }),
    });
  }

  private applicationHealth(app: Application, comparison: CompareOutput): HealthVerdict {
    const resources = comparison.resources.map(({ target, live }) => ({ target: target ?? undefined, live: live ?? undefined }));
    const { status } = applicationHealth(resources, app.object, this.context.assess);
    return { status, message: "" };
  }

  /** One write for all that a reconcile found; none where nothing changed. */
  private async writeStatus(
    app: Application,
    status: ValueObject,
    more: { operation?: ValueObject | null | undefined; intents?: Pick<SyncProgress, "intents"> },
  ): Promise<Application> {
    const { context } = this;
    const statusPatch = status === app.status ? undefined : mergePatchBetween(app.status, status);
    const annotations: Record<string, string | null> = {};
    const known = app.object.metadata.annotations ?? {};
    if (known[refreshAnnotation] !== undefined) annotations[refreshAnnotation] = null;
    if (more.intents !== undefined) {
      const text = writeIntents(more.intents.intents);
      if ((known[hookIntentsAnnotation] ?? null) !== text) annotations[hookIntentsAnnotation] = text;
    }
    const isClear = more.operation === null && app.operation === undefined;
    const operation: ValueObject = more.operation === undefined || isClear ? {} : { operation: more.operation };
    const patch: ValueObject = {
      ...(statusPatch === undefined ? {} : { status: statusPatch }),
      ...operation,
      ...(Object.keys(annotations).length > 0 ? { metadata: { annotations } } : {}),
    };
    if (Object.keys(patch).length === 0) {
      this.metrics.update(app);
      return app;
    }
    const ref = { apiVersion: app.object.apiVersion, kind: app.object.kind, namespace: app.namespace, name: app.name };
    const written = await timed(context.telemetry, context.clock, "report", () =>
      context.hub.patch(ref, patch, { type: "merge", fieldManager: "argocd-controller" }),
    );
    context.applications.assume(written);
    const next = applicationOf(written);
    this.metrics.update(next);
    this.noteChanges(app, next);
    return next;
  }

  private noteChanges(before: Application, after: Application): void {
    for (const [field, name] of [
      ["sync", "sync"],
      ["health", "health"],
    ] as const) {
      const from = stringAt(objectAt(before.status, field), "status");
      const to = stringAt(objectAt(after.status, field), "status");
      if (from === to) continue;
      this.context.events.note(after.object, {
        type: "Normal",
        reason: "ResourceUpdated",
        message: `Updated ${name} status: ${from} -> ${to}`,
      });
    }
  }

  private follow(app: Application, output: RenderOutput | undefined): void {
    const places = app.sources.map((source, index) => ({
      repoURL: stringAt(source, "repoURL"),
      revision: stringAt(source, "targetRevision") || "HEAD",
      commit: output?.revisions[index],
    }));
    this.context.onSources(app.key, places);
  }

  private nextPoll(): Handled {
    const { reconciliationMs, reconciliationJitterMs } = this.context.settings();
    if (reconciliationMs <= 0) return { kind: "done" };
    return { kind: "retryAfter", ms: reconciliationMs + this.context.random() * reconciliationJitterMs };
  }
}

/** When a failed operation is tried again; undefined when it is not waiting for that. */
function retryTime(state: ValueObject): number | undefined {
  const finishedAtMs = parseRfc3339Ms(stringAt(state, "finishedAt"));
  if (finishedAtMs === undefined || isEnded(stringAt(state, "phase"))) return undefined;
  const retry = objectAt(state, "operation")["retry"];
  const count = typeof state["retryCount"] === "number" ? state["retryCount"] : 1;
  return finishedAtMs + retryDelayMs(isObject(retry) ? retry : undefined, Math.max(0, count - 1));
}

/** The state of an operation that starts anew: without what the failed attempt left. */
function retried(state: ValueObject): ValueObject {
  const { finishedAt: _, ...rest } = state;
  const { resources: __, ...result } = objectAt(state, "syncResult");
  return { ...rest, syncResult: result };
}

function retryClock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}
