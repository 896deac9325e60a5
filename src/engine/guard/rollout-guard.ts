import { approvalAnnotation } from "../../core/applicationset/index.js";
import { formatError, InputError } from "../../core/errors.js";
import { type Budget, budgetsAt } from "../../core/impact/guard.js";
import { overBudgetText } from "../../core/impact/rollout-plan.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { normalizeRepositoryURL } from "../../core/render/repository-url.js";
import type { Clock } from "../../ports/clock.js";
import type { ClusterPort, ObjectRef } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";
import type { ResolvedRevision, SourcePort } from "../../ports/source.js";
import type { Telemetry } from "../../ports/telemetry.js";
import { kubernetesTime } from "../application.js";
import type { EventRecorder } from "../events.js";
import {
  approvedHashes,
  entryText,
  type GuardedPlace,
  guardConfigMap,
  type HeldPlan,
  heldPlans,
  passedCommit,
  passedKey,
  planKey,
} from "./guard-record.js";
import type { CommitPlan } from "./plan-commit.js";

export interface RolloutGuardOptions {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly source: SourcePort;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly events: EventRecorder;
  /** The record as it is known here; it is read from the hub before it is relied on. */
  readonly record: () => KubernetesObject | undefined;
  readonly plan: (
    move: GuardedPlace & { readonly from: string; readonly to: string },
    budgets: readonly Budget[],
  ) => Promise<CommitPlan>;
  /** Something of these Applications and sets is held now, or is no more. */
  readonly onHeld: (plan: Pick<CommitPlan, "changes" | "applicationSets">) => void;
  /** A repository may have moved on: look at it. */
  readonly onRelease: (repoURL: string) => void;
}

type BudgetsRead =
  | { readonly kind: "read"; readonly all: readonly Budget[] }
  | { readonly kind: "unreadable"; readonly why: string };

interface Gate {
  passed: string | undefined;
  isRead: boolean;
  held: (HeldPlan & { readonly applicationSets: readonly string[] }) | undefined;
  /** Questions about one place are answered one after the other. */
  turn: Promise<unknown>;
}

const mostChanges = 300;
const mostExamples = 20;

/**
 * Lets the commits of each place through, one plan at a time. One that exceeds a budget (as the file stands at the commit before: a change cannot
 * raise its own) is held until its hash is approved on the record. What was let through is written before anybody sees it.
 */
export class RolloutGuard {
  private readonly gates = new Map<string, Gate>();

  constructor(private readonly options: RolloutGuardOptions) {}

  /** The commit that a revision may mean. Throws InputError GUARD_HELD for one that is asked for by name and held. */
  async admit({ repoURL, revision, commit }: ResolvedRevision): Promise<string> {
    const place = placeOf(repoURL, revision);
    if (/^[0-9a-f]{7,64}$/.test(revision) && commit.startsWith(revision)) {
      this.refuseHeld(place.repoURL, commit);
      return commit;
    }
    const gate = this.gateOf(place);
    if (gate.isRead && gate.passed === commit) return commit;
    const turn = gate.turn.then(
      () => this.decide(place, repoURL, gate, commit),
      () => this.decide(place, repoURL, gate, commit),
    );
    gate.turn = turn.catch(() => {});
    return await turn;
  }

  /** The commit that a place is at, without asking whether it may move. */
  currentOf({ repoURL, revision, commit }: ResolvedRevision): string {
    return this.gates.get(idOf(placeOf(repoURL, revision)))?.passed ?? commit;
  }

  /** Plans that wait, by the Applications and sets that they hold. */
  heldFor(key: string): readonly HeldPlan[] {
    return [...this.gates.values()].flatMap(({ held }) =>
      held && (held.applicationSets.includes(key) || held.changes.some(({ application }) => application === key)) ? [held] : [],
    );
  }

  get held(): readonly HeldPlan[] {
    return [...this.gates.values()].flatMap(({ held }) => held ?? []);
  }

  /** The record has changed: an approval may have come, or another replica let a commit through. */
  onRecord(object: KubernetesObject | undefined): void {
    const approved = approvedHashes(object, approvalAnnotation);
    for (const { held } of this.gates.values())
      if (held && (approved.includes(held.hash) || (passedCommit(object, held) ?? held.from) !== held.from))
        this.options.onRelease(held.repoURL);
  }

  private gateOf(place: GuardedPlace): Gate {
    const id = idOf(place);
    const known = this.gates.get(id);
    if (known) return known;
    const gate: Gate = { passed: undefined, isRead: false, held: undefined, turn: Promise.resolve() };
    this.gates.set(id, gate);
    return gate;
  }

  private refuseHeld(repoURL: string, commit: string): void {
    const held = this.held.find((plan) => plan.repoURL === repoURL && plan.to === commit);
    if (held)
      throw new InputError(`commit ${commit.slice(0, 12)} is held: ${held.why.join("; ")}`, {
        code: "GUARD_HELD",
        hint: `fleetwright plan approve ${held.hash}`,
      });
  }

  private async decide(place: GuardedPlace, url: string, gate: Gate, commit: string): Promise<string> {
    await this.catchUp(place, gate);
    if (gate.passed === commit) return await this.release(place, gate, commit, "elsewhere");
    if (gate.held?.to === commit && gate.held.from === gate.passed && !this.isApproved(this.options.record(), gate.held.hash))
      return gate.held.from;
    const from = gate.passed;
    if (from === undefined) return await this.pass(place, url, gate, commit);
    const budgets = await this.budgetsOf(url, from);
    if (budgets.kind === "read" && budgets.all.length === 0) return await this.pass(place, url, gate, commit);
    const { clock, telemetry } = this.options;
    const started = clock.monotonic();
    const plan = await this.options.plan({ ...place, from, to: commit }, budgets.kind === "read" ? budgets.all : []);
    telemetry.metrics.observe("fleetwright_plan_seconds", {}, (clock.monotonic() - started) / 1000);
    const why = budgets.kind === "read" ? plan.over.map(overBudgetText) : [budgets.why];
    if (why.length === 0 || plan.changes.length === 0) return await this.pass(place, url, gate, commit);
    const record = await this.readRecord();
    if (this.isApproved(record, plan.hash)) {
      await this.approveDeletions(plan);
      return await this.pass(place, url, gate, commit, plan.hash);
    }
    await this.hold(place, gate, { from, to: commit, plan, why, record });
    return from;
  }

  /** What another replica, or this process before it was started, let through. */
  private async catchUp(place: GuardedPlace, gate: Gate): Promise<void> {
    const seen = passedCommit(this.options.record(), place);
    if (gate.isRead && (seen === undefined || seen === gate.passed)) return;
    // What is followed may be behind what this process wrote itself.
    const recorded = passedCommit(await this.readRecord(), place);
    gate.passed = recorded ?? gate.passed;
    gate.isRead = true;
  }

  private isApproved(record: KubernetesObject | undefined, hash: string): boolean {
    return approvedHashes(record, approvalAnnotation).includes(hash);
  }

  /** Budgets that cannot be read hold every commit: nobody knows what they forbid. */
  private async budgetsOf(url: string, commit: string): Promise<BudgetsRead> {
    const tree = await this.options.source.tree(url, commit);
    try {
      return { kind: "read", all: budgetsAt(tree) };
    } catch (error) {
      return { kind: "unreadable", why: `the budgets at ${commit.slice(0, 12)} cannot be read: ${formatError(error)}` };
    }
  }

  /** Records the commit, where there is something to guard, and lets it through. */
  private async pass(place: GuardedPlace, url: string, gate: Gate, commit: string, approved?: string): Promise<string> {
    const budgets = await this.budgetsOf(url, commit);
    const isGuarded = budgets.kind === "unreadable" || budgets.all.length > 0;
    const record = this.options.record();
    if (isGuarded || gate.held !== undefined || passedCommit(record, place) !== undefined) {
      const taken = await this.writeRecord(
        place,
        gate.passed,
        {
          [passedKey(place)]: entryText({ ...place, commit }),
          [planKey(place)]: null,
        },
        approved,
      );
      // Another replica was quicker: what it let through counts, and is looked at from there.
      if (taken !== undefined) {
        gate.passed = taken;
        return taken;
      }
    }
    return await this.release(place, gate, commit, approved === undefined ? "superseded" : "approved");
  }

  private async release(
    place: GuardedPlace,
    gate: Gate,
    commit: string,
    why: "approved" | "superseded" | "elsewhere",
  ): Promise<string> {
    const { held } = gate;
    gate.passed = commit;
    gate.held = undefined;
    if (!held) return commit;
    const { events, telemetry } = this.options;
    telemetry.log.info("a held plan was let go", { repo: place.repoURL, revision: place.revision, plan: held.hash, why });
    const text = why === "approved" ? "was approved" : `is no longer needed: ${commit.slice(0, 12)} is within the budgets`;
    const message = `Plan ${held.hash.slice(0, 12)} of ${held.to.slice(0, 12)} ${text}`;
    // The replica that decided tells of it.
    if (why !== "elsewhere")
      events.note(this.recordObject(), {
        type: "Normal",
        reason: why === "approved" ? "PlanApproved" : "PlanSuperseded",
        message,
      });
    this.options.onHeld(held);
    return commit;
  }

  private async hold(
    place: GuardedPlace,
    gate: Gate,
    at: {
      readonly from: string;
      readonly to: string;
      readonly plan: CommitPlan;
      readonly why: readonly string[];
      readonly record: KubernetesObject | undefined;
    },
  ): Promise<void> {
    const { clock, events, telemetry } = this.options;
    const { from, to, plan, why, record } = at;
    const before = gate.held;
    // The record of an earlier process knows since when.
    const known = heldPlans(record).find(({ hash }) => hash === plan.hash);
    const held: HeldPlan = {
      ...place,
      hash: plan.hash,
      from,
      to,
      since: known?.since ?? kubernetesTime(clock.now()),
      why,
      over: plan.over.map((over) => ({ ...over, examples: over.examples.slice(0, mostExamples) })),
      changes: plan.changes.slice(0, mostChanges),
      applications: plan.changes.length,
    };
    gate.held = { ...held, changes: plan.changes, applicationSets: plan.applicationSets };
    if (known === undefined || known.to !== to) {
      await this.writeRecord(place, from, { [planKey(place)]: entryText(held) }, undefined);
      const message = `${to.slice(0, 12)} of ${place.repoURL} ${place.revision} is held (${why.join("; ")}). To let exactly this plan through: fleetwright plan approve ${plan.hash}`;
      telemetry.log.warn("a commit is over budget and held", {
        repo: place.repoURL,
        revision: place.revision,
        commit: to,
        plan: plan.hash,
      });
      events.note(this.recordObject(), { type: "Warning", reason: "PlanHeld", message });
    }
    this.options.onHeld(gate.held);
    if (before && before.hash !== plan.hash) this.options.onHeld(before);
  }

  /** The approval of a plan is the proof that its sets' deletions need. */
  private async approveDeletions({ deletions }: CommitPlan): Promise<void> {
    for (const { set, held } of deletions) {
      const ref: ObjectRef = {
        apiVersion: set.apiVersion,
        kind: set.kind,
        name: set.metadata.name,
        ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      };
      await this.options.hub.patch(ref, { metadata: { annotations: { [approvalAnnotation]: held.hash } } }, { type: "merge" });
    }
  }

  private async readRecord(): Promise<KubernetesObject | undefined> {
    return await this.options.hub.get(this.recordRef());
  }

  /**
   * Writes entries where the place is still at `from`; otherwise gives the commit at which another process has brought it. An approval that is
   * used is taken off.
   */
  private async writeRecord(
    place: GuardedPlace,
    from: string | undefined,
    data: Readonly<Record<string, string | null>>,
    used: string | undefined,
  ): Promise<string | undefined> {
    const { hub } = this.options;
    for (let attempt = 1; ; attempt++) {
      const current = await this.readRecord();
      const passed = passedCommit(current, place);
      if (passed !== undefined && passed !== from) return passed;
      try {
        if (!current) {
          const entries = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
          await hub.create({ ...this.recordObject(), data: entries } as KubernetesObject);
          return undefined;
        }
        const left = approvedHashes(current, approvalAnnotation).filter((hash) => hash !== used);
        const annotations = used === undefined ? {} : { annotations: { [approvalAnnotation]: left.join(",") || null } };
        const { resourceVersion } = current.metadata;
        await hub.patch(this.recordRef(), { metadata: { resourceVersion, ...annotations }, data }, { type: "merge" });
        return undefined;
      } catch (error) {
        const isRace = error instanceof ClusterError && (error.reason === "Conflict" || error.reason === "AlreadyExists");
        if (!isRace || attempt >= 5) throw error;
      }
    }
  }

  private recordRef(): ObjectRef {
    return { apiVersion: "v1", kind: "ConfigMap", namespace: this.options.namespace, name: guardConfigMap };
  }

  private recordObject(): KubernetesObject {
    const known = this.options.record();
    return (
      known ?? { apiVersion: "v1", kind: "ConfigMap", metadata: { name: guardConfigMap, namespace: this.options.namespace } }
    );
  }
}

function placeOf(repoURL: string, revision: string): GuardedPlace {
  return { repoURL: normalizeRepositoryURL(repoURL), revision: revision || "HEAD" };
}

function idOf({ repoURL, revision }: GuardedPlace): string {
  return `${repoURL}\n${revision}`;
}
