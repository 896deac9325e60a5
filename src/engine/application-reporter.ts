import { applicationHealth } from "../core/decisions/application-health.js";
import { driftAnnotation } from "../core/drift/record-text.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { listAt, objectAt, stringAt, type Value, type ValueObject } from "../core/manifest/value.js";
import type { SyncProgress } from "../core/sync/operation.js";
import { parseRfc3339Ms, requestedRefresh } from "../core/tracking/application-flags.js";
import { ClusterError } from "../ports/cluster-error.js";
import { type Application, applicationOf, kubernetesTime, refreshAnnotation } from "./application.js";
import type { ApplicationContext } from "./application-context.js";
import { ApplicationMetrics } from "./application-metrics.js";
import type { FleetCluster } from "./cluster-fleet.js";
import { type Condition, type ConditionType, nextConditions } from "./conditions.js";
import type { HealthVerdict } from "./decide.js";
import { DriftBook } from "./drift-book.js";
import { mergePatchBetween, sameValue } from "./merge-patch.js";
import { verdictHeartbeatMs } from "./next-poll.js";
import { hookIntentsAnnotation, writeIntents } from "./operation-state.js";
import type { CompareOutput } from "./rooms/compare.js";
import type { RenderOutput } from "./rooms/render.js";
import { reportStatus } from "./rooms/report.js";
import { timed } from "./rooms/timed.js";
import { VerdictAges } from "./verdict-ages.js";

/** What a walk found; what is left out stays as it is in the status. */
export interface ReportedFindings {
  /** Where the comparison was made. */
  cluster?: FleetCluster;
  found: readonly Condition[];
  comparison: CompareOutput | undefined;
  output: RenderOutput | undefined;
  health?: HealthVerdict;
  withSync?: boolean;
  operationState?: ValueObject;
  operation?: ValueObject | null;
  intents?: NonNullable<SyncProgress["intents"]>;
  history?: readonly Value[];
}

const evaluated = new Set<ConditionType>([
  "InvalidSpecError",
  "ComparisonError",
  "SharedResourceWarning",
  "RepeatedResourceWarning",
  "ExcludedResourceWarning",
  "RenderWarning",
  "OrphanedResourceWarning",
  "RolloutHeld",
  "UnknownError",
]);
const evaluatedWithSync = new Set<ConditionType>([...evaluated, "SyncError"]);

/** The last room: one write for all that a walk found, and the news in metrics and events. */
export class ApplicationReporter {
  private readonly metrics: ApplicationMetrics;
  private readonly drift: DriftBook;
  private readonly ages: VerdictAges;

  constructor(private readonly context: ApplicationContext) {
    this.ages = new VerdictAges(context.clock, context.telemetry.metrics);
    this.drift = new DriftBook(context.clock, context.telemetry.metrics);
    this.metrics = new ApplicationMetrics(
      context.telemetry.metrics,
      context.clock,
      context.namespace,
      () => context.settings().parameters.metricLabels.applications,
    );
  }

  forget(key: string): void {
    this.metrics.remove(key);
    this.drift.forget(key);
    this.ages.forget(key);
  }

  /** When a comparison of this process saw an Application's drift last. */
  driftSeenMs(key: string): number | undefined {
    return this.drift.lastSeenMs(key);
  }

  /** Lets ages grow; called before metrics are read. */
  tick(): void {
    this.metrics.tick();
    this.ages.tick();
  }

  /** Says on the Application what its deletion waits for, or why it does not get on. */
  async setDeletionCondition(app: Application, condition: Condition): Promise<void> {
    const conditions = nextConditions(listAt(app.status, "conditions"), [condition], {
      evaluated: new Set<ConditionType>(["DeletionError", "DeletionWaiting"]),
      now: kubernetesTime(this.context.clock.now()),
    });
    await this.writeStatus(app, { ...app.status, conditions }, {});
  }

  async report(app: Application, what: ReportedFindings): Promise<Application> {
    const { context } = this;
    const { comparison, output } = what;
    this.ages.know(app);
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
      heartbeatMs: verdictHeartbeatMs,
    });
    if (comparison !== undefined && !comparison.failed) this.ages.compared(app);
    const drift = comparison && what.cluster ? await this.drift.observe(app, comparison, what.cluster.live.cluster) : undefined;
    return await this.writeStatus(app, status, {
      operation: what.operation,
      drift,
      ...(what.intents === undefined ? {} : { intents: { intents: what.intents } }),
    });
  }

  /** The last verdict is still true, now at these commits: a write only where they moved, or where the verdict's age asks for one. */
  async confirm(app: Application, output: RenderOutput): Promise<Application> {
    const { context } = this;
    this.ages.compared(app);
    const sync = objectAt(app.status, "sync");
    const revisions: ValueObject = app.hasMultipleSources
      ? { revisions: output.revisions }
      : { revision: output.revisions[0] ?? "" };
    const nowMs = context.clock.now();
    const isDue = nowMs - (parseRfc3339Ms(stringAt(app.status, "reconciledAt")) ?? 0) >= verdictHeartbeatMs;
    const next: ValueObject = { ...sync, ...revisions };
    if (!isDue && sameValue(sync, next)) return app;
    return await this.writeStatus(app, { ...app.status, sync: next, reconciledAt: kubernetesTime(nowMs) }, {});
  }

  private applicationHealth(app: Application, comparison: CompareOutput): HealthVerdict {
    const resources = comparison.resources.map(({ target, live }) => ({ target: target ?? undefined, live: live ?? undefined }));
    const { status } = applicationHealth(resources, app.object, this.context.assess);
    return { status, message: "" };
  }

  /** One write for all that a reconcile found; none where nothing changed. */
  async writeStatus(
    app: Application,
    status: ValueObject,
    more: {
      operation?: ValueObject | null | undefined;
      intents?: Pick<SyncProgress, "intents">;
      /** The record of drift, null to take it off. */
      drift?: string | null | undefined;
    },
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
    if (more.drift !== undefined) annotations[driftAnnotation] = more.drift;
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
    const written = await timed(context.telemetry, context.clock, "report", () => this.write(app, patch));
    context.applications.assume(written);
    const next = applicationOf(written);
    this.metrics.update(next);
    this.noteChanges(app, next);
    return next;
  }

  /**
   * Where an operation is concerned the write holds only for the Application as it was read: what someone asked for in between (another
   * operation, the end of this one) must not be overwritten.
   */
  private async write(app: Application, patch: ValueObject): Promise<KubernetesObject> {
    const { hub } = this.context;
    const ref = { apiVersion: app.object.apiVersion, kind: app.object.kind, namespace: app.namespace, name: app.name };
    const options = { type: "merge", fieldManager: "argocd-controller" } as const;
    if (patch["operation"] === undefined && objectAt(patch, "status")["operationState"] === undefined)
      return await hub.patch(ref, patch, options);
    let { resourceVersion } = app.object.metadata;
    let current = patch;
    for (let attempt = 1; ; attempt++) {
      const checked = {
        ...current,
        metadata: { ...objectAt(current, "metadata"), ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      };
      try {
        return await hub.patch(ref, checked, options);
      } catch (error) {
        if (!(error instanceof ClusterError) || error.reason !== "Conflict" || attempt >= mostAttempts) throw error;
        const fresh = await hub.get(ref);
        if (fresh === undefined) throw error;
        resourceVersion = fresh.metadata.resourceVersion;
        current = withoutOvertaken(patch, app, applicationOf(fresh));
      }
    }
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
}

const mostAttempts = 5;

/** The patch without what others have decided since: they asked for another operation, or for the end of this one. */
function withoutOvertaken(patch: ValueObject, read: Application, fresh: Application): ValueObject {
  const { operation, ...others } = patch;
  const status = objectAt(others, "status");
  const state = objectAt(status, "operationState");
  const isTerminated = stringAt(objectAt(fresh.status, "operationState"), "phase") === "Terminating";
  const phase: ValueObject = isTerminated && state["phase"] === "Running" ? { phase: "Terminating" } : {};
  const isOther = operation !== undefined && !sameValue(read.operation, fresh.operation);
  return {
    ...others,
    ...(isOther || operation === undefined ? {} : { operation }),
    ...(status["operationState"] === undefined ? {} : { status: { ...status, operationState: { ...state, ...phase } } }),
  };
}
