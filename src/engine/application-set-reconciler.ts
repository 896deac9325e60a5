import {
  type ApplicationUpdate,
  admitApplicationSet,
  decodeApplicationSet,
  type ReconcilePlan,
  refreshAnnotation,
  standingStatus,
} from "../core/applicationset/index.js";
import { formatError } from "../core/errors.js";
import { asValue, type KubernetesObject } from "../core/manifest/object.js";
import { listAt, objectAt, type ValueObject } from "../core/manifest/value.js";
import type { Clock } from "../ports/clock.js";
import type { ClusterPort, ObjectRef } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import type { Telemetry } from "../ports/telemetry.js";
import { refreshAnnotation as applicationRefreshAnnotation, kubernetesTime } from "./application.js";
import { type ControlPlane, isClusterSecret } from "./control-plane.js";
import type { EventRecorder } from "./events.js";
import { type HeldPlan, heldText } from "./guard/guard-record.js";
import { LabelGauges } from "./label-gauges.js";
import { objectOfKey } from "./object-key.js";
import { areReadsValid, type GenerateRoom, type GeneratorReads, generateApplications } from "./rooms/generate.js";
import { timed } from "./rooms/timed.js";
import { isRollingSync } from "./set-work.js";
import { mayNotice, type TreeChange } from "./tree-change.js";
import type { Handled } from "./work-queue.js";

export interface ApplicationSetContext {
  readonly hub: ClusterPort;
  readonly plane: ControlPlane;
  readonly room: GenerateRoom;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly events: EventRecorder;
  /** Held plans that would change what a set generates. */
  readonly heldPlans: (key: string) => readonly HeldPlan[];
  /** How many Applications a set's status lists; 0 for all. */
  readonly statusCount: () => number;
  /** Names of the sets' labels that users want to see in metrics. */
  readonly metricLabels: () => readonly string[];
}

const sideBySide = 16;
/** A set of which all announces itself is generated again after this time, in case a template looks at the clock. */
const quietMs = 1_800_000;
/** When a set is looked at again whose Applications were asked to be. */
const refreshedMs = 5_000;

/** Brings the Applications of one ApplicationSet to what its generators give. Level-based, like everything here. */
export class ApplicationSetReconciler {
  private readonly reads = new Map<string, readonly GeneratorReads[]>();
  private readonly labels = new Map<string, Readonly<Record<string, string>>>();
  /** Sets that were brought up to date without an error, and when they are to be generated again though nothing announces itself. */
  private readonly dueAtMs = new Map<string, number>();

  private readonly labelGauges: LabelGauges;

  constructor(private readonly context: ApplicationSetContext) {
    this.labelGauges = new LabelGauges(context.telemetry.metrics, "argocd_appset_labels");
  }

  /** Whether a new commit of a repository may change what the set generates; `change`: what differs from the commit before, where that is known. */
  async isTouchedBy(key: string, repoURL: string, change?: TreeChange): Promise<boolean> {
    const reads = this.reads.get(key);
    if (reads === undefined) return true;
    const concerned = reads.filter((read) => read.repoURL === repoURL);
    // What was touched by a commit before this one has been generated anew, or waits for it.
    if (change !== undefined && concerned.length > 0 && !concerned.some(({ readSet }) => mayNotice(readSet, change)))
      return false;
    return concerned.length > 0 && !(await areReadsValid(this.context.room.source, concerned).catch(() => false));
  }

  /** Repositories and revisions that the set's generators read. */
  sourcesOf(key: string): readonly GeneratorReads[] {
    return this.reads.get(key) ?? [];
  }

  /**
   * `standingOnly`: nothing but sync and health of its Applications has changed since the last reconcile, so that nothing need be generated: that of
   * thousands keeps the whole process busy.
   */
  async reconcile(key: string, standingOnly = false): Promise<Handled> {
    const { context } = this;
    const object = objectOfKey(context.plane.applicationSets, key);
    if (object === undefined) {
      this.forget(key);
      return { kind: "done" };
    }
    const dueInMs = (this.dueAtMs.get(key) ?? Number.NEGATIVE_INFINITY) - context.clock.monotonic();
    if (standingOnly && dueInMs > 0 && object.metadata.deletionTimestamp === undefined)
      return await this.tellStanding(key, object, dueInMs);
    this.dueAtMs.delete(key);
    const started = context.clock.monotonic();
    try {
      return await this.walk(key, object);
    } finally {
      context.telemetry.metrics.observe(
        "argocd_appset_reconcile",
        { name: object.metadata.name, namespace: object.metadata.namespace ?? "" },
        (context.clock.monotonic() - started) / 1000,
      );
    }
  }

  /** Brings sync and health of the Applications up to date in the set's status. */
  private async tellStanding(key: string, object: KubernetesObject, dueInMs: number): Promise<Handled> {
    const { plane, statusCount } = this.context;
    const set = { metadata: object.metadata, status: objectAt(asValue(object), "status") } as Parameters<
      typeof standingStatus
    >[0];
    const status = standingStatus(set, this.applicationsIn(object.metadata.namespace), statusCount());
    if (status !== undefined) await this.writeStatus(object, status);
    this.updateMetrics(key, plane.applicationSets.get(object.metadata.namespace ?? "", object.metadata.name) ?? object);
    return dueInMs === Number.POSITIVE_INFINITY ? { kind: "done" } : { kind: "retryAfter", ms: dueInMs };
  }

  private applicationsIn(namespace: string | undefined): readonly KubernetesObject[] {
    return [...this.context.plane.applications.values()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  private async walk(key: string, object: KubernetesObject): Promise<Handled> {
    const { context } = this;
    const { plane, room, clock } = context;
    const admission = admitApplicationSet(asValue(object) as ValueObject);
    if (!admission.valid) return await this.refuse(object, admission.errors.join("; "));
    const set = decodeApplicationSet(admission.manifest);
    const isAsked = object.metadata.annotations?.[refreshAnnotation] === "true";
    const holds = context.heldPlans(key);
    const output = await timed(context.telemetry, clock, "generate", () =>
      generateApplications(room, {
        set,
        clusterSecrets: [...plane.secrets.values()].filter(isClusterSecret),
        projects: new Set([...plane.projects.values()].map((project) => project.metadata.name)),
        existing: this.applicationsIn(object.metadata.namespace),
        statusCount: context.statusCount(),
        now: kubernetesTime(clock.now()),
        maxAgeMs: isAsked ? 0 : Number.POSITIVE_INFINITY,
        ...(holds.length > 0 ? { rolloutHeld: holds.map(heldText).join(" ") } : {}),
      }),
    );
    this.reads.set(key, output.reads);
    let { plan } = output;
    if (plan.finalizers !== undefined && plan.finalizers.length > 0)
      await this.patchSet(object, { metadata: { finalizers: plan.finalizers } });
    const refusals = await this.write(object, plan);
    if (refusals.size > 0) plan = output.replan(refusals);
    await this.deleteAll(object, plan);
    if (plan.finalizers?.length === 0) await this.patchSet(object, { metadata: { finalizers: null } });
    const metadata = Object.fromEntries(plan.removeAnnotations.map((name) => [name, null]));
    if (plan.removeAnnotations.length > 0) await this.patchSet(object, { metadata: { annotations: metadata } });
    if (plan.status !== undefined) await this.writeStatus(object, plan.status);
    for (const event of plan.events) context.events.note(object, event);
    await this.refresh(object, plan.refreshes);
    this.updateMetrics(key, object);
    if (plan.error !== undefined) return { kind: "failed", reason: plan.error };
    const askedMs = plan.requeueAfterSeconds > 0 ? plan.requeueAfterSeconds * 1000 : Number.POSITIVE_INFINITY;
    const isSound = output.generated?.sourceState === "ok" && refusals.size === 0 && this.isUpToDate(object);
    const isQuiet = isSound && output.isFollowed && !isRollingSync(object);
    // Argo CD generates a set anew at each poll of its repositories; here these are followed, and that of thousands takes a second.
    const usualMs = isQuiet ? Math.max(askedMs, quietMs) : askedMs;
    const againMs = plan.refreshes.length > 0 ? Math.min(usualMs, refreshedMs) : usualMs;
    this.dueAtMs.set(key, clock.monotonic() + againMs);
    return againMs === Number.POSITIVE_INFINITY ? { kind: "done" } : { kind: "retryAfter", ms: againMs };
  }

  /** Creates and updates; what the API server refuses comes back by name. */
  private async write(set: KubernetesObject, plan: ReconcilePlan): Promise<ReadonlyMap<string, string>> {
    const { hub, plane } = this.context;
    const refusals = new Map<string, string>();
    const attempt = (name: string, run: () => Promise<KubernetesObject>) => async (): Promise<void> => {
      try {
        plane.applications.assume(await run());
      } catch (error) {
        if (!(error instanceof ClusterError) || error.status === 0 || error.status >= 500) throw error;
        refusals.set(name, error.message);
      }
    };
    await inTurns([
      ...plan.creates.map((application) =>
        attempt(application.metadata.name, () => hub.create(application, { fieldManager: "argocd-applicationset-controller" })),
      ),
      ...plan.updates.map(({ name, patch }: ApplicationUpdate) =>
        attempt(name, () =>
          hub.patch(refOf(set, name), patch, { type: "merge", fieldManager: "argocd-applicationset-controller" }),
        ),
      ),
    ]);
    return refusals;
  }

  /** Asks for a look at Applications; what is asked for already is not asked for again. */
  private async refresh(set: KubernetesObject, names: readonly string[]): Promise<void> {
    const { hub, plane } = this.context;
    const patch = { metadata: { annotations: { [applicationRefreshAnnotation]: "normal" } } };
    await inTurns(
      names.map((name) => async () => {
        const application = plane.applications.get(set.metadata.namespace ?? "", name);
        if (application?.metadata.annotations?.[applicationRefreshAnnotation] !== undefined) return;
        await hub.patch(refOf(set, name), patch, { type: "merge" }).catch(unlessGone);
      }),
    );
  }

  private async deleteAll(set: KubernetesObject, plan: ReconcilePlan): Promise<void> {
    const { hub } = this.context;
    await inTurns(
      plan.deletes.map(({ name, uid, finalizersBefore }) => async () => {
        const ref = refOf(set, name);
        if (finalizersBefore !== undefined) {
          const finalizers = finalizersBefore.length > 0 ? finalizersBefore : null;
          await hub.patch(ref, { metadata: { finalizers } }, { type: "merge" }).catch(unlessGone);
        }
        await hub.delete(ref, { ...(uid === undefined ? {} : { preconditions: { uid } }) }).catch(unlessGone);
      }),
    );
  }

  /** What the CRD's schema forbids, where the API server let it through (an older CRD): a condition on the set. */
  private async refuse(object: KubernetesObject, message: string): Promise<Handled> {
    const now = kubernetesTime(this.context.clock.now());
    const condition = { type: "ErrorOccurred", status: "True", reason: "InvalidSpec", message, lastTransitionTime: now };
    const status = objectAt(asValue(object), "status");
    const old = listAt(status, "conditions") as readonly ValueObject[];
    if (!old.some((one) => one["type"] === condition.type && one["message"] === message && one["status"] === "True"))
      await this.writeStatus(object, {
        ...status,
        conditions: [...old.filter((one) => one["type"] !== condition.type), condition],
      });
    return { kind: "done" };
  }

  private async patchSet(object: KubernetesObject, patch: unknown): Promise<void> {
    const { hub, plane } = this.context;
    await hub
      .patch(setRefOf(object), patch, { type: "merge" })
      .then((written) => plane.applicationSets.assume(written), unlessGone);
  }

  private async writeStatus(object: KubernetesObject, status: ValueObject): Promise<void> {
    const { hub, plane, telemetry } = this.context;
    const current = objectAt(asValue(object), "status");
    const removed = Object.fromEntries(
      Object.keys(current)
        .filter((key) => !(key in status))
        .map((key) => [key, null]),
    );
    try {
      plane.applicationSets.assume(
        await hub.patch(setRefOf(object), { status: { ...removed, ...status } }, { type: "merge", subresource: "status" }),
      );
    } catch (error) {
      telemetry.log.warn("the status of an ApplicationSet was not written", {
        applicationSet: object.metadata.name,
        error: formatError(error),
      });
      throw error;
    }
  }

  /** What its status says now. */
  private statusOf({ metadata }: KubernetesObject): ValueObject {
    const current = this.context.plane.applicationSets.get(metadata.namespace ?? "", metadata.name);
    return objectAt(current && asValue(current), "status");
  }

  private isUpToDate(object: KubernetesObject): boolean {
    const conditions = listAt(this.statusOf(object), "conditions") as readonly ValueObject[];
    return conditions.some((one) => one["type"] === "ResourcesUpToDate" && one["status"] === "True");
  }

  private updateMetrics(key: string, object: KubernetesObject): void {
    const { metrics } = this.context.telemetry;
    const { namespace = "", name } = object.metadata;
    const upToDate = this.isUpToDate(object);
    const labels = { namespace, name, resource_update_status: upToDate ? "ApplicationSetUpToDate" : "ApplicationSetOutOfDate" };
    const old = this.labels.get(key);
    if (old !== undefined && old["resource_update_status"] !== labels.resource_update_status)
      metrics.removeGauge("argocd_appset_info", old);
    metrics.gauge("argocd_appset_info", labels, 1);
    metrics.gauge("argocd_appset_owned_applications", { namespace, name }, ownedCount(this.statusOf(object)));
    this.labels.set(key, labels);
    this.labelGauges.update(key, { namespace, name }, { names: this.context.metricLabels(), of: object.metadata.labels });
  }

  private forget(key: string): void {
    const { metrics } = this.context.telemetry;
    const labels = this.labels.get(key);
    if (labels !== undefined) {
      metrics.removeGauge("argocd_appset_info", labels);
      metrics.removeGauge("argocd_appset_owned_applications", { namespace: labels["namespace"]!, name: labels["name"]! });
    }
    this.labels.delete(key);
    this.labelGauges.remove(key);
    this.reads.delete(key);
    this.dueAtMs.delete(key);
  }
}

/** The list in the status may be cut short. */
function ownedCount(status: ValueObject): number {
  const count = status["resourcesCount"];
  return typeof count === "number" ? count : listAt(status, "resources").length;
}

function refOf(set: KubernetesObject, name: string): ObjectRef {
  const { namespace } = set.metadata;
  return { apiVersion: set.apiVersion, kind: "Application", name, ...(namespace === undefined ? {} : { namespace }) };
}

function setRefOf(set: KubernetesObject): ObjectRef {
  return { ...refOf(set, set.metadata.name), kind: set.kind };
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ClusterError) || error.status !== 404) throw error;
}

/** Runs tasks a few at a time; the first failure is thrown after all have ended. */
async function inTurns(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++])
      await task().catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, tasks.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
