import { decideAutoSync } from "../core/decisions/auto-sync.js";
import { isSuperseded } from "../core/decisions/supersede.js";
import { FleetwrightError, formatError } from "../core/errors.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import { type SyncProgress, syncSettings } from "../core/sync/operation.js";
import { parseRfc3339Ms } from "../core/tracking/application-flags.js";
import { mayRetry, retryDelayMs } from "../core/tracking/retry.js";
import type { ClusterPort } from "../ports/cluster.js";
import { type Application, kubernetesTime } from "./application.js";
import type { ApplicationComparison } from "./application-comparison.js";
import type { ApplicationContext } from "./application-context.js";
import type { ApplicationReporter } from "./application-reporter.js";
import { appliedPairs, migrationManagerAnnotation } from "./applied-pairs.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { Condition } from "./conditions.js";
import { nextPoll } from "./next-poll.js";
import { isEnded, progressOf, runningOperation, stateWith, syncOperationOf } from "./operation-state.js";
import type { ProjectVerdict } from "./projects.js";
import type { CompareOutput } from "./rooms/compare.js";
import type { RenderOutput } from "./rooms/render.js";
import { nextHistory } from "./rooms/report.js";
import { type SyncRoom, syncApplication } from "./rooms/sync.js";
import { timed } from "./rooms/timed.js";
import { syncInputOf } from "./sync-input.js";
import { countSync } from "./sync-metrics.js";
import { waitingSinceMs } from "./waiting-since.js";
import type { Handled } from "./work-queue.js";

/** How far a walk has come when it is about operations: rendered and compared. */
export interface Walked {
  readonly cluster: FleetCluster;
  readonly project: ProjectVerdict;
  readonly output: RenderOutput;
  readonly comparison: CompareOutput;
  readonly found: readonly Condition[];
}

const supersedeGraceMs = 30_000;

/** Begins, goes on with and ends the operation of an Application; its state is in the Application before anything is done. */
export class OperationRunner {
  constructor(
    private readonly context: ApplicationContext,
    private readonly comparison: ApplicationComparison,
    private readonly reporter: ApplicationReporter,
  ) {}

  /** Goes on with an operation that runs, begins one that is asked for or due, else reports. */
  async operate(app: Application, at: Walked): Promise<Handled> {
    const { context } = this;
    const running = runningOperation(app);
    if (running !== undefined) {
      const retryAtMs = retryTime(running);
      const now = context.clock.now();
      if (retryAtMs !== undefined && retryAtMs > now && running["phase"] === "Running") {
        await this.reporter.report(app, { ...at, operationState: running });
        return { kind: "retryAfter", ms: retryAtMs - now };
      }
      const state = retryAtMs === undefined ? this.limit(this.supersede(app, running, at.output)) : retried(running);
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
      selfHeal: context.settings().parameters.selfHeal,
      compat: context.settings().compat,
    });
    if (decision.kind === "start" && at.project.syncBlocked(false) === undefined)
      return await this.begin(app, at, decision.operation);
    const syncError: readonly Condition[] =
      decision.kind === "none" && decision.condition !== undefined ? [{ type: "SyncError", message: decision.condition }] : [];
    await this.reporter.report(app, { ...at, found: [...at.found, ...syncError], withSync: true });
    return decision.kind === "wait" ? { kind: "retryAfter", ms: Math.max(100, decision.retryAfterMs) } : nextPoll(this.context);
  }

  private async begin(app: Application, at: Walked, operation: ValueObject): Promise<Handled> {
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
    const namespaceMetadata = objectAt(app.spec, "syncPolicy")["managedNamespaceMetadata"];
    const state: ValueObject = {
      operation,
      phase: "Running",
      message: "",
      startedAt: kubernetesTime(context.clock.now()),
      syncResult: {
        ...(several ? { revisions, revision: "", source: { repoURL: "" }, sources } : { revision: revisions[0] ?? "", source }),
        // What the namespace was given: a change of it asks for a new comparison.
        ...(isObject(namespaceMetadata) ? { managedNamespaceMetadata: namespaceMetadata } : {}),
      },
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
    const begun = await this.reporter.report(app, { ...at, operationState: state, operation });
    return await this.runOperation(begun, at, state);
  }

  /** An operation that cannot begin ends with its reason. */
  private async refuse(app: Application, at: Walked, message: string, operation = app.operation ?? {}): Promise<Handled> {
    const now = kubernetesTime(this.context.clock.now());
    await this.reporter.report(app, {
      ...at,
      operationState: { operation, phase: "Error", message, startedAt: now, finishedAt: now },
      operation: null,
    });
    return nextPoll(this.context);
  }

  private async runOperation(app: Application, at: Walked, begun: ValueObject): Promise<Handled> {
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
        output = await this.comparison.render({ ...app, sources }, cluster, { refresh: undefined, revisions });
      } catch (error) {
        if (!(error instanceof FleetwrightError) || error.kind !== "input") throw error;
        return await this.finish(app, at, begun, { phase: "Error", message: formatError(error), resources: [] });
      }
    }
    const selected = syncOperationOf(operation);
    const shared = selected.syncOptions?.includes("FailOnSharedResource=true") ? sharedResource(at.comparison) : undefined;
    if (shared !== undefined) {
      const { resources } = progressOf(begun, app.object.metadata.annotations);
      return await this.finish(app, at, begun, { phase: "Failed", message: `Shared resource found: ${shared}`, resources });
    }
    let acting: ClusterPort;
    try {
      acting = project.actingOn(cluster);
    } catch (error) {
      if (!(error instanceof FleetwrightError)) throw error;
      const { resources } = progressOf(begun, app.object.metadata.annotations);
      return await this.finish(app, at, begun, { phase: "Error", message: formatError(error), resources });
    }
    let current = app;
    let first: CompareOutput | undefined = sameAsSpec ? at.comparison : undefined;
    const startedAtMs = parseRfc3339Ms(stringAt(begun, "startedAt")) ?? context.clock.now();
    const room: SyncRoom = {
      live: cluster.live,
      cluster: acting,
      clock: context.clock,
      waveDelayMs: context.waveDelayMs(),
    };
    const ended = await timed(context.telemetry, context.clock, "sync", () =>
      syncApplication(room, {
        progress: progressOf(begun, app.object.metadata.annotations),
        prepare: async (progress) => {
          const comparison = first ?? (await this.comparison.compare(current, cluster, output, project));
          first = undefined;
          const pairs = await appliedPairs(comparison.pairs, {
            settings: syncSettings(selected),
            differ: context.differFor(current),
            cluster: cluster.live.cluster,
            migrationManager: current.object.metadata.annotations?.[migrationManagerAnnotation] || undefined,
          });
          return syncInputOf(current, {
            comparison,
            pairs,
            progress,
            revision: revisions[0] ?? "",
            startedAtMs,
            selected,
            project,
            cluster,
            assess: context.assess,
          });
        },
        persist: async (progress) => {
          current = await this.reporter.writeStatus(
            current,
            { ...current.status, operationState: stateWith(begun, progress, this.now()) },
            { intents: progress },
          );
        },
      }),
    );
    if (ended.againAfterMs === undefined) return await this.finish(current, at, begun, ended.progress, output);
    const comparison = await this.comparison.compare(current, cluster, at.output, project);
    const { intents } = ended.progress;
    await this.reporter.report(current, {
      ...at,
      comparison,
      operationState: stateWith(begun, ended.progress, this.now()),
      intents: intents ?? [],
    });
    return { kind: "retryAfter", ms: ended.againAfterMs, urgent: true };
  }

  /** An operation has ended: succeeded, to be tried again, or failed for good. */
  private async finish(
    app: Application,
    at: Walked,
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
    const { metrics } = context.telemetry;
    countSync(metrics, { app, server: at.cluster.registered.server, phase: progress.phase, begun, nowMs: now });
    const ended: ValueObject = { ...stateWith(begun, progress, kubernetesTime(now)), finishedAt: kubernetesTime(now) };
    if (failed && retry !== undefined && mayRetry(retry, retryCount) && stringAt(begun, "phase") !== "Terminating") {
      const delayMs = retryDelayMs(retry, retryCount);
      const message = `${progress.message}. Retrying attempt #${retryCount + 1} at ${retryClock(now + delayMs)}.`;
      await this.reporter.report(app, {
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
    const comparison = await this.comparison.compare(app, at.cluster, at.output, at.project);
    await this.reporter.report(app, {
      ...at,
      comparison,
      found: comparison.conditions,
      withSync: true,
      operationState: ended,
      operation: null,
      intents: [],
      ...(history ? { history } : {}),
    });
    return failed ? { kind: "retryAfter", ms: 5_000 } : nextPoll(this.context);
  }

  private now(): string {
    return kubernetesTime(this.context.clock.now());
  }

  /** Argo CD: a sync that takes longer than `controller.sync.timeout.seconds` is ended. */
  private limit(running: ValueObject): ValueObject {
    const { syncTimeoutMs } = this.context.settings().parameters;
    const startedAtMs = parseRfc3339Ms(stringAt(running, "startedAt"));
    if (syncTimeoutMs <= 0 || startedAtMs === undefined || running["phase"] !== "Running") return running;
    if (this.context.clock.now() - startedAtMs < syncTimeoutMs) return running;
    return { ...running, phase: "Terminating", message: "operation is terminating due to timeout" };
  }

  /** Safer than the original: an automated sync that only waits gives way to a newer commit. */
  private supersede(app: Application, running: ValueObject, output: RenderOutput): ValueObject {
    const result = objectAt(running, "syncResult");
    const revisions = app.hasMultipleSources ? listAt(result, "revisions").map(String) : [stringAt(result, "revision")];
    const superseded =
      running["phase"] === "Running" &&
      isSuperseded(
        {
          isAutomated: objectAt(objectAt(running, "operation"), "initiatedBy")["automated"] === true,
          revisions,
          startedAtMs: parseRfc3339Ms(stringAt(running, "startedAt")) ?? 0,
          waitingSinceMs: waitingSinceMs(stringAt(running, "message")),
        },
        {
          nowMs: this.context.clock.now(),
          desiredRevisions: output.revisions,
          graceMs: supersedeGraceMs,
          compat: this.context.settings().compat,
        },
      );
    return superseded ? { ...running, phase: "Terminating" } : running;
  }
}

/** Argo CD: the first warning decides and is the reason. */
function sharedResource(comparison: CompareOutput): string | undefined {
  return comparison.conditions.find(({ type }) => type === "SharedResourceWarning")?.message;
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
