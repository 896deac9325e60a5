import { decode } from "../applicationset/model/decode.js";
import { goType } from "../applicationset/model/go-type.js";
import { asValue, type KubernetesObject } from "../manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { isAutomated, parseRfc3339Ms } from "../tracking/application-flags.js";
import { equalAsGo } from "./equal-as-go.js";
import { type SelfHealSettings, selfHealWaitMs } from "./self-heal.js";
import { sourcesOf } from "./sources.js";

/** One line of `status.resources` of the comparison at hand. */
export interface ResourceSyncStatus {
  readonly group?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: string;
  readonly requiresPruning?: boolean;
}

export interface AutoSyncInput {
  readonly app: KubernetesObject;
  /** The comparison's verdict: `{status, revision, revisions}`. */
  readonly syncStatus: ValueObject;
  readonly resources: readonly ResourceSyncStatus[];
  readonly nowMs: number;
  readonly selfHeal: SelfHealSettings;
  /** False when the commits since the last sync do not touch this Application; default true. */
  readonly revisionMayHaveChanges?: boolean;
  /** `argocd`: a failed sync of a revision is never tried again by itself. Default: with selfHeal it is, with back-off. */
  readonly compat?: "argocd" | "fleetwright";
}

export type AutoSyncDecision =
  | { readonly kind: "start"; readonly operation: ValueObject }
  | { readonly kind: "wait"; readonly retryAfterMs: number; readonly reason: string }
  /** Nothing to do, or something a person must see (`condition`, a SyncError). */
  | { readonly kind: "none"; readonly reason: string; readonly condition?: string };

/** Whether an automated sync starts now, and as which operation. */
export function decideAutoSync(input: AutoSyncInput): AutoSyncDecision {
  const { app, syncStatus, resources } = input;
  const root = asValue(app);
  const spec = objectAt(root, "spec");
  if (!isAutomated(spec)) return none("not automated");
  if (isObject(root.operation)) return none("another operation is in progress");
  if (app.metadata.deletionTimestamp) return none("the application is being deleted");
  if (syncStatus.status !== "OutOfSync") return none("not OutOfSync");
  const automated = objectAt(objectAt(spec, "syncPolicy"), "automated");
  const unsynced = resources.filter((resource) => (resource.status ?? "") !== "Synced");
  if (automated.prune !== true && unsynced.every((resource) => resource.requiresPruning)) {
    return none("only pruning is left and automated pruning is off");
  }
  const attempt = lastAttempt(root, desiredRevisions(spec, syncStatus), input.revisionMayHaveChanges ?? true);
  const healing = attempt === undefined ? undefined : decideHealing(attempt, input, automated);
  if (healing && healing.kind !== "heal") return healing;
  if (automated.prune === true && automated.allowEmpty !== true && resources.every((resource) => resource.requiresPruning)) {
    const message = `Skipping sync attempt to ${goList(desiredRevisions(spec, syncStatus))}: auto-sync will wipe out all resources`;
    return { kind: "none", reason: "everything would be pruned", condition: message };
  }
  return {
    kind: "start",
    operation: operationOf(spec, syncStatus, automated, healing && { attempts: healing.attempts, unsynced }),
  };
}

interface Attempt {
  readonly revisions: readonly string[];
  readonly phase: string;
  readonly message: string;
  readonly healAttempts: number;
  readonly finishedAtMs: number | undefined;
}

/** The sync that was already made to these revisions from this source, if there was one. */
function lastAttempt(root: ValueObject, desired: readonly string[], mayHaveChanges: boolean): Attempt | undefined {
  const status = objectAt(root, "status");
  const state = objectAt(status, "operationState");
  if (!isObject(status.operationState)) return undefined;
  const phase = stringAt(state, "phase");
  const common = {
    phase,
    message: stringAt(state, "message"),
    healAttempts: Number(objectAt(objectAt(state, "operation"), "sync").autoHealAttemptsCount ?? 0),
    finishedAtMs: parseRfc3339Ms(stringAt(state, "finishedAt")),
  };
  // Argo CD: a sync that ended without a result failed early; that counts as tried.
  if (!isObject(state.syncResult)) return isCompleted(phase) ? { ...common, revisions: [] } : undefined;
  const result = state.syncResult;
  const sources = sourcesOf(objectAt(root, "spec"));
  const revisions =
    sources.kind === "multiple" ? (listAt(result, "revisions") as readonly string[]) : [stringAt(result, "revision")];
  if (mayHaveChanges && !equalAsGo("[]string", revisions, desired)) return undefined;
  const isSameSource =
    sources.kind === "multiple"
      ? equalAsGo("ApplicationSources", sources.sources, result.sources)
      : equalAsGo("ApplicationSource", sources.source, result.source);
  return isSameSource ? { ...common, revisions } : undefined;
}

type Healing = { readonly kind: "heal"; readonly attempts: number };

function decideHealing(attempt: Attempt, input: AutoSyncInput, automated: ValueObject): Healing | AutoSyncDecision {
  const hasFailed = attempt.phase !== "Succeeded";
  const mayHealFailed = input.compat !== "argocd" && isCompleted(attempt.phase) && automated.selfHeal === true;
  if (hasFailed && !mayHealFailed) {
    const condition = `Failed last sync attempt to ${goList(attempt.revisions)}: ${attempt.message}`;
    return { kind: "none", reason: "the last sync to this revision failed", condition };
  }
  if (automated.selfHeal !== true) return none("already synced to this revision");
  // A sync that failed has used its own retries, so the next one waits at least as long as the first step of the back-off.
  const attempts = hasFailed ? Math.max(1, attempt.healAttempts) : attempt.healAttempts;
  const retryAfterMs = selfHealWaitMs(attempts, attempt.finishedAtMs, input.nowMs, input.selfHeal);
  if (retryAfterMs > 0)
    return { kind: "wait", retryAfterMs, reason: hasFailed ? "retrying after a failed sync" : "self-heal back-off" };
  return { kind: "heal", attempts: attempt.healAttempts + 1 };
}

function operationOf(
  spec: ValueObject,
  syncStatus: ValueObject,
  automated: ValueObject,
  healing: { readonly attempts: number; readonly unsynced: readonly ResourceSyncStatus[] } | undefined,
): ValueObject {
  const policy = objectAt(spec, "syncPolicy");
  const sources = sourcesOf(spec);
  const sync: { [key: string]: Value } = {};
  if (stringAt(syncStatus, "revision") !== "") sync.revision = stringAt(syncStatus, "revision");
  if (listAt(syncStatus, "revisions").length > 0) sync.revisions = listAt(syncStatus, "revisions");
  if (sources.kind === "single") sync.source = decode(goType("ApplicationSource"), sources.source);
  if (listAt(spec, "sources").length > 0) sync.sources = decode(goType("ApplicationSources"), listAt(spec, "sources"));
  if (automated.prune === true) sync.prune = true;
  if (listAt(policy, "syncOptions").length > 0) sync.syncOptions = listAt(policy, "syncOptions");
  if (healing) {
    sync.autoHealAttemptsCount = healing.attempts;
    // Argo CD: self-heal syncs what differs and nothing else (the namespace is not part of the choice).
    const resources = healing.unsynced.map(({ group, kind, name }) => ({ ...(group ? { group } : {}), kind, name }));
    if (resources.length > 0) sync.resources = resources;
  }
  const retry = isObject(policy.retry) ? decode(goType("RetryStrategy"), policy.retry) : { limit: 5 };
  return { sync, initiatedBy: { automated: true }, retry };
}

function desiredRevisions(spec: ValueObject, syncStatus: ValueObject): readonly string[] {
  if (sourcesOf(spec).kind === "multiple") return listAt(syncStatus, "revisions") as readonly string[];
  return [stringAt(syncStatus, "revision")];
}

export function isCompleted(phase: string): boolean {
  return phase === "Succeeded" || phase === "Failed" || phase === "Error";
}

function none(reason: string): AutoSyncDecision {
  return { kind: "none", reason };
}

function goList(items: readonly string[]): string {
  return `[${items.join(" ")}]`;
}
