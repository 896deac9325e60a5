import type { KubernetesObject } from "../../manifest/object.js";
import { equalValues, isObject, objectAt, type ValueObject } from "../../manifest/value.js";
import { findDestination } from "../destination.js";
import type { GeneratedApplication } from "../generate.js";
import { resourcesFinalizer } from "../template/application-renderer.js";
import { qualifiedName, validateApplications } from "../validate.js";
import { type Desired, planWrite } from "./apply-application.js";
import { type Condition, upToDateMessage } from "./conditions.js";
import { approvalAnnotation, decideDeletes } from "./delete-proof.js";
import { planSetDeletion } from "./delete-set.js";
import { ownedBy } from "./ownership.js";
import { policyOf } from "./policy.js";
import { resourcesStatus } from "./resources-status.js";
import {
  observeApplications,
  progressingStep,
  promoteWaiting,
  syncableNow,
  syncOperation,
  unproven,
  withoutAutomatedSync,
} from "./rollout.js";
import { hasRolloutSteps, isDeletedInReverse, isRollingSync, rolloutSteps } from "./rollout-steps.js";
import { StatusStore, type StatusView } from "./status-view.js";
import {
  type ApplicationDelete,
  type ApplicationUpdate,
  defaultReconcileSettings,
  type Generated,
  type HeldDeletions,
  type PlannedEvent,
  type ReconcileInput,
  type ReconcilePlan,
  type ReconcileSettings,
  type Rename,
} from "./types.js";

export const refreshAnnotation = "argocd.argoproj.io/application-set-refresh";
const retryAfterErrorSeconds = 180;

/** What a reconcile of an ApplicationSet has to write: a pure function of the set, what was generated and what is there. */
export function reconcileApplicationSet(input: ReconcileInput): ReconcilePlan {
  const settings = { ...defaultReconcileSettings, ...input.settings };
  if (input.set.metadata.deletionTimestamp !== undefined) return planSetDeletion(input, settings);
  return new Reconcile(input, settings).plan();
}

class Reconcile {
  private readonly store: StatusStore;
  private readonly view: StatusView;
  private readonly owned: readonly KubernetesObject[];
  private readonly creates: KubernetesObject[] = [];
  private readonly updates: ApplicationUpdate[] = [];
  private readonly deletes: ApplicationDelete[] = [];
  private readonly events: PlannedEvent[] = [];
  private readonly removeAnnotations: string[] = [];
  private held: HeldDeletions | undefined;
  private renames: readonly Rename[] = [];
  private refreshes: readonly string[] = [];
  /** Applications that still wait for their sync after this reconcile has looked at them. */
  private pending: ReadonlySet<string> = new Set();

  constructor(
    private readonly input: ReconcileInput,
    private readonly settings: ReconcileSettings,
  ) {
    this.store = new StatusStore(migrated(input.set.status), isRollingSync(input.set.spec), input.now);
    this.view = this.store.view();
    this.owned = ownedBy(input.set, input.existing);
  }

  plan(): ReconcilePlan {
    const { set, generated } = this.input;
    const first = generated?.errors[0];
    if (!generated || first) {
      this.fail(first?.reason ?? "ApplicationGenerationFromParamsError", first?.error.message ?? "nothing was generated", false);
      return this.finish({ requeueAfterSeconds: retryAfterErrorSeconds });
    }
    const problems = validateApplications(generated.applications, { setName: set.metadata.name, ...this.input });
    const syncable = this.rollOut(generated);
    if (problems.size > 0) this.fail("ApplicationValidationError", validationMessage(problems), true);
    const error = this.write(this.desired(generated, problems, syncable)) ?? undefined;
    if (error !== undefined && this.settings.mode === "compat") return this.finish({ error });
    this.delete(generated);
    this.tellOfRollout();
    this.store.write(this.view, resourcesStatus(this.ownedAfter(), this.settings.maxResourcesStatusCount));
    if (set.metadata.annotations?.[refreshAnnotation] === "true") this.removeAnnotations.push(refreshAnnotation);
    const { requeueAfterSeconds } = generated;
    if (error !== undefined) return this.finish({ error });
    if (problems.size === 0) {
      this.set({ type: "ResourcesUpToDate", status: "True", reason: "ApplicationSetUpToDate", message: upToDateMessage });
      return this.finish({ requeueAfterSeconds });
    }
    return this.finish({ requeueAfterSeconds: requeueAfterSeconds || retryAfterErrorSeconds });
  }

  /** Moves the roll-out on and tells which Applications may be synced. */
  private rollOut(generated: Generated): ReadonlySet<string> {
    const { set, now, newestRevisions } = this.input;
    if (!this.settings.enableProgressiveSyncs || !isRollingSync(set.spec)) {
      if (this.view.applicationStatus().length > 0) this.store.setApplicationStatus(this.view, []);
      return new Set();
    }
    const steps = rolloutSteps(set.spec, generated.applications);
    const strict = this.settings.mode === "strict" ? { newestRevisions: newestRevisions ?? new Map() } : undefined;
    const rollout = { set, current: this.owned, desired: generated.applications, steps, now, strict };
    const view = this.store.view();
    this.store.setApplicationStatus(view, observeApplications(view.applicationStatus(), rollout));
    const syncable = syncableNow(steps, view.applicationStatus(), this.owned);
    this.store.setApplicationStatus(view, promoteWaiting(view.applicationStatus(), syncable, rollout));
    const entries = view.applicationStatus();
    this.pending = new Set(entries.flatMap(({ application, status }) => (status === "Pending" ? [application] : [])));
    if (strict) this.refreshes = unproven(entries, this.owned);
    const step = progressingStep(set, entries);
    const condition: Condition =
      step === undefined
        ? {
            type: "RolloutProgressing",
            status: "False",
            reason: "ApplicationSetRolloutComplete",
            message: "ApplicationSet Rollout has completed",
          }
        : {
            type: "RolloutProgressing",
            status: "True",
            reason: "ApplicationSetModified",
            message: `ApplicationSet is performing rollout of step ${step}`,
          };
    this.store.setCondition(view, condition, true);
    // The original syncs by the status as it was before this reconcile; a safe delay, which is kept.
    return syncable;
  }

  private desired(
    generated: Generated,
    problems: ReadonlyMap<string, string>,
    syncable: ReadonlySet<string>,
  ): readonly Desired[] {
    const valid = validOnly(generated.applications, problems);
    const isRolledOut = this.settings.enableProgressiveSyncs && hasRolloutSteps(this.input.set.spec);
    const applications = isRolledOut ? valid.map((application) => this.rolledOut(application, syncable)) : valid;
    return [...applications].sort((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
  }

  private rolledOut(application: GeneratedApplication, syncable: ReadonlySet<string>): Desired {
    const name = application.metadata.name ?? "";
    const spec = withoutAutomatedSync(application.spec);
    const entry = this.view.applicationStatus().find((one) => one.application === name);
    if (entry?.status !== "Pending" || !syncable.has(name)) return { ...application, spec };
    // By that status the original syncs a second time what this reconcile has seen synced.
    if (this.settings.mode === "strict" && !this.pending.has(name)) return { ...application, spec };
    return { ...application, spec, operation: syncOperation(application.spec) };
  }

  /** Plans creates and updates; returns the message of the first Application (by name) that is refused. */
  private write(desired: readonly Desired[]): string | undefined {
    const { set, existing, refusals } = this.input;
    const policy = policyOf(set.spec, this.settings);
    const byName = new Map(existing.map((application) => [application.metadata.name, application]));
    const ownedNames = new Set(this.owned.map((application) => application.metadata.name));
    const refused = new Map<string, string>();
    for (const application of desired) {
      const name = application.metadata.name ?? "";
      if (!policy.allowsUpdate && ownedNames.has(name)) continue;
      const actual = refusals?.get(name);
      const write =
        actual === undefined
          ? planWrite(application, byName.get(name), set, this.settings)
          : { kind: "refused" as const, message: actual };
      if (write.kind === "refused") refused.set(name, write.message);
      if (write.kind === "create") this.creates.push(write.object);
      if (write.kind === "update") this.updates.push(write.update);
      if (write.kind === "create" || write.kind === "update") {
        const verb = `${write.kind}d`;
        this.events.push({ type: "Normal", reason: verb, message: `${verb} Application ${JSON.stringify(name)}` });
      }
    }
    const first = [...refused.keys()].sort()[0];
    if (first === undefined) return undefined;
    const message = refused.get(first)!;
    this.fail(policy.allowsUpdate ? "UpdateApplicationError" : "CreateApplicationError", message, true);
    return message;
  }

  private delete(generated: Generated): void {
    const { set } = this.input;
    if (!policyOf(set.spec, this.settings).allowsDelete) return;
    const decision = this.settings.mode === "compat" ? compatDeletes(this.owned, generated) : this.proven(generated);
    const renamed = new Map(this.renames.map(({ from, to }) => [from, to]));
    for (const application of decision) {
      const { name, uid } = application.metadata;
      const to = renamed.get(name);
      const finalizersBefore =
        to === undefined ? this.finalizersForMissingCluster(application) : this.withoutResourcesFinalizer(application);
      if (finalizersBefore && to === undefined) {
        const message = `Updated Application ${JSON.stringify(name)} finalizer before deletion, because application has an invalid destination`;
        this.events.push({ type: "Normal", reason: "Updated", message });
      }
      this.deletes.push({ name, uid, finalizersBefore });
      const note = to === undefined ? "" : `: it is renamed to ${JSON.stringify(to)}, which takes over its resources`;
      this.events.push({ type: "Normal", reason: "Deleted", message: `Deleted Application ${JSON.stringify(name)}${note}` });
    }
  }

  /** A commit that waits for an approval is a condition, as deletions that do are. */
  private tellOfRollout(): void {
    const type = "RolloutHeld";
    const { rolloutHeld } = this.input;
    if (rolloutHeld !== undefined) this.set({ type, status: "True", reason: "OverBudget", message: rolloutHeld });
    else if (this.hasCondition(type))
      this.set({ type, status: "False", reason: "WithinBudget", message: "No commit waits for an approval" });
  }

  private hasCondition(type: string): boolean {
    return (this.store.stored["conditions"] as readonly ValueObject[] | undefined)?.some((one) => one["type"] === type) ?? false;
  }

  private proven(generated: Generated): readonly KubernetesObject[] {
    const { set } = this.input;
    const decision = decideDeletes({
      set,
      owned: this.owned,
      desired: generated.applications,
      sourceState: generated.sourceState,
      budget: this.settings.deleteBudget,
    });
    this.held = decision.held;
    this.renames = decision.renames;
    if (decision.approved) this.removeAnnotations.push(approvalAnnotation);
    const type = "DeletionsHeld";
    if (decision.held) {
      const message = heldMessage(decision.held, decision.renames);
      this.set({ type, status: "True", reason: decision.held.why === "emptyResult" ? "EmptyResult" : "OverBudget", message });
      this.events.push({ type: "Warning", reason: type, message });
    } else if (this.hasCondition(type)) {
      this.set({
        type,
        status: "False",
        reason: decision.approved ? "Approved" : "WithinBudget",
        message: "No deletion waits for an approval",
      });
    }
    return decision.deletes;
  }

  /** Argo CD: the resources of a cluster that is gone cannot be deleted, so the Application must not wait for that. */
  private finalizersForMissingCluster(application: KubernetesObject): readonly string[] | undefined {
    const spec = isObject(application["spec"]) ? application["spec"] : {};
    const isThere = findDestination(objectAt(spec, "destination"), this.input.clusters).kind === "found";
    return isThere ? undefined : this.withoutResourcesFinalizer(application);
  }

  private withoutResourcesFinalizer({ metadata: { finalizers = [] } }: KubernetesObject): readonly string[] | undefined {
    return finalizers.includes(resourcesFinalizer)
      ? finalizers.filter((finalizer) => finalizer !== resourcesFinalizer)
      : undefined;
  }

  /** The set's Applications once this plan is carried out. */
  private ownedAfter(): readonly KubernetesObject[] {
    const changed = new Map(this.updates.map((update) => [update.name, update.result]));
    const leaving = new Map(this.deletes.map((one) => [one.name, one]));
    const remaining = this.input.existing.filter((application) => {
      const gone = leaving.get(application.metadata.name);
      return !gone || (gone.finalizersBefore ?? application.metadata.finalizers ?? []).length > 0;
    });
    return ownedBy(this.input.set, [
      ...remaining.map((application) => changed.get(application.metadata.name) ?? application),
      ...this.creates,
    ]);
  }

  private fail(reason: string, message: string, parametersGenerated: boolean): void {
    this.store.setCondition(this.view, { type: "ErrorOccurred", status: "True", reason, message }, parametersGenerated);
  }

  private set(condition: Condition): void {
    this.store.setCondition(this.view, condition, true);
  }

  private finish(outcome: { readonly requeueAfterSeconds?: number; readonly error?: string }): ReconcilePlan {
    const { set } = this.input;
    const isReversed = this.settings.enableProgressiveSyncs && isDeletedInReverse(set.spec);
    const finalizers = set.metadata.finalizers ?? [];
    return {
      creates: this.creates,
      updates: this.updates,
      deletes: this.deletes,
      status: equalValues(this.store.stored, set.status) ? undefined : this.store.stored,
      finalizers: isReversed && !finalizers.includes(resourcesFinalizer) ? [...finalizers, resourcesFinalizer] : undefined,
      removeAnnotations: this.removeAnnotations,
      events: this.events,
      refreshes: this.refreshes,
      requeueAfterSeconds: outcome.requeueAfterSeconds ?? 0,
      error: outcome.error,
      held: this.held,
      renames: this.renames,
    };
  }
}

/** Argo CD fills in what older versions did not write. */
function migrated(status: ValueObject): ValueObject {
  const entries = status["applicationStatus"];
  if (!Array.isArray(entries)) return status;
  return {
    ...status,
    applicationStatus: entries.map((entry) =>
      isObject(entry) && entry["targetRevisions"] == null ? { ...entry, targetRevisions: [] } : entry,
    ),
  };
}

function validationMessage(problems: ReadonlyMap<string, string>): string {
  const last = [...problems.keys()].sort().at(-1)!;
  const message = problems.get(last)!;
  return problems.size > 1 ? `${message} (and ${problems.size - 1} more)` : message;
}

/** Argo CD drops every Application whose name has a problem, the first of two equal names too. */
function validOnly(
  applications: readonly GeneratedApplication[],
  problems: ReadonlyMap<string, string>,
): readonly GeneratedApplication[] {
  return applications.filter((application) => !problems.has(qualifiedName(application)));
}

function compatDeletes(owned: readonly KubernetesObject[], generated: Generated): readonly KubernetesObject[] {
  const wanted = new Set(generated.applications.map((application) => application.metadata.name));
  return owned.filter((application) => !wanted.has(application.metadata.name));
}

const shownNames = 20;

function heldMessage(held: HeldDeletions, renames: readonly Rename[]): string {
  const names =
    held.names.slice(0, shownNames).join(", ") +
    (held.names.length > shownNames ? ` and ${held.names.length - shownNames} more` : "");
  const why = held.why === "emptyResult" ? "the generators gave no Application at all" : "that is more than the budget";
  const renamed = renames.length === 0 ? "" : ` Renamed: ${renames.map(({ from, to }) => `${from} to ${to}`).join(", ")}.`;
  return `${held.names.length} of ${held.total} Applications would be deleted (${names}), but ${why}.${renamed} To let exactly these go, annotate the ApplicationSet with ${approvalAnnotation}=${held.hash}`;
}
