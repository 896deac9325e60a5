import type { KubernetesObject } from "../../manifest/object.js";
import type { ValueObject } from "../../manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../../manifest/value.js";
import type { GeneratedApplication } from "../generate.js";
import type { ApplicationSet, RolloutStep } from "../model/application-set.js";
import { isSpecChanged } from "./apply-application.js";
import { hasRolloutSteps, type RolloutSteps } from "./rollout-steps.js";

/** Where one Application stands in a roll-out: an entry of `status.applicationStatus`. */
export interface RolloutStatus {
  readonly application: string;
  readonly status: "Waiting" | "Pending" | "Progressing" | "Healthy";
  readonly message: string;
  /** 1-based; "-1" when no step selects it. */
  readonly step: string;
  readonly targetRevisions: readonly string[];
  readonly lastTransitionTime?: string;
}

export interface RolloutInput {
  readonly set: ApplicationSet;
  readonly current: readonly KubernetesObject[];
  readonly desired: readonly GeneratedApplication[];
  readonly steps: RolloutSteps;
  readonly now: string;
  /** Undefined in compat mode. */
  readonly strict: { readonly newestRevisions: ReadonlyMap<string, readonly string[]> } | undefined;
}

/** The entries after looking at each Application's own status: new ones wait, changed ones wait again, the others move on. */
export function observeApplications(before: readonly RolloutStatus[], input: RolloutInput): readonly RolloutStatus[] {
  const desired = new Map(input.desired.map((application) => [application.metadata.name ?? "", application]));
  return input.current.map((application) => {
    const own = before.find((entry) => entry.application === application.metadata.name);
    return observe(application, own, desired.get(application.metadata.name), input);
  });
}

function observe(
  live: KubernetesObject,
  before: RolloutStatus | undefined,
  desired: GeneratedApplication | undefined,
  input: RolloutInput,
): RolloutStatus {
  const status = statusOf(live);
  const revisions = revisionsOf(status);
  const step = shownStep(live.metadata.name, input.steps);
  const start: RolloutStatus = before ?? {
    application: live.metadata.name,
    status: "Waiting",
    message: "No Application status found, defaulting status to Waiting",
    step,
    targetRevisions: revisions,
    lastTransitionTime: input.now,
  };
  const move = (entry: RolloutStatus, to: RolloutStatus["status"], message: string): RolloutStatus => ({
    ...entry,
    status: to,
    message,
    lastTransitionTime: input.now,
  });
  let next: RolloutStatus = { ...start, step };
  const changed = changeMessage(start, revisions, desired, live, input.set);
  if (changed !== undefined) next = move({ ...next, targetRevisions: revisions }, "Waiting", changed);
  else if (next.status !== "Waiting" && isBehind(status, next.application, input)) {
    next = move(next, "Waiting", "A newer revision is known than the Application has seen, setting status to Waiting");
  }
  if (next.status === "Waiting")
    return leaveWaiting(next, status, move, input, changed !== undefined ? "changed" : before ? "known" : "new");
  if (start.status === "Pending") next = leavePending(next, start, status, move);
  // Strict mode: a sync that was over before anybody looked is proof already; nothing younger may come for long.
  const isOver =
    start.status === "Pending" && next.status === "Progressing" && input.strict !== undefined && hasSucceeded(status);
  if ((start.status === "Progressing" && isDone(status, next, input)) || (isOver && isDone(status, start, input))) {
    next = move(next, "Healthy", "Application resource became Healthy, updating status from Progressing to Healthy");
  }
  return next;
}

function changeMessage(
  before: RolloutStatus,
  revisions: readonly string[],
  desired: GeneratedApplication | undefined,
  live: KubernetesObject,
  set: ApplicationSet,
): string | undefined {
  const revisionsDiffer = JSON.stringify(before.targetRevisions ?? []) !== JSON.stringify(revisions);
  const specDiffers = desired !== undefined && differsQuietly(desired, live, set);
  if (revisionsDiffer && specDiffers)
    return "Application has pending changes (revision and spec differ), setting status to Waiting";
  if (revisionsDiffer) return "Application has pending changes, setting status to Waiting";
  return specDiffers ? "Application has pending changes (spec differs), setting status to Waiting" : undefined;
}

/** A rule that cannot be applied would report a change for ever, so it reports none. */
function differsQuietly(desired: GeneratedApplication, live: KubernetesObject, set: ApplicationSet): boolean {
  try {
    return isSpecChanged(withoutAutomatedSync(desired.spec), live, set);
  } catch {
    return false;
  }
}

type Move = (entry: RolloutStatus, to: RolloutStatus["status"], message: string) => RolloutStatus;

/** What is synced already needs no sync of its own. */
function leaveWaiting(
  entry: RolloutStatus,
  status: ValueObject,
  move: Move,
  input: RolloutInput,
  age: "new" | "changed" | "known",
): RolloutStatus {
  if (syncOf(status) !== "Synced" || isStale(status, entry, input, age)) return entry;
  return healthOf(status) === "Healthy"
    ? move(entry, "Healthy", "Application resource has synced, updating status to Healthy")
    : move(entry, "Progressing", "Application resource has synced, updating status to Progressing");
}

function leavePending(entry: RolloutStatus, before: RolloutStatus, status: ValueObject, move: Move): RolloutStatus {
  const since = timeOf(before.lastTransitionTime);
  const reconciledAt = timeOf(stringAt(status, "reconciledAt"));
  if (reconciledAt !== undefined && !(since !== undefined && reconciledAt > since)) return entry;
  const operation = status["operationState"];
  const startedAt = isObject(operation) ? timeOf(stringAt(operation, "startedAt")) : undefined;
  if (isObject(operation) && startedAt !== undefined && since !== undefined && startedAt > since) {
    return move(entry, "Progressing", startedMessage(stringAt(operation, "phase")));
  }
  return hasError(status)
    ? move(entry, "Progressing", "Application resource has error and cannot sync, updating status to Progressing")
    : entry;
}

function startedMessage(phase: string): string {
  if (phase === "Succeeded")
    return "Application resource completed a sync successfully, updating status from Pending to Progressing";
  if (phase === "Failed" || phase === "Error")
    return "Application resource completed a sync, updating status from Pending to Progressing";
  return "Application resource became Progressing, updating status from Pending to Progressing";
}

/** Whether the last operation succeeded and the Application was looked at since. */
function hasSucceeded(status: ValueObject): boolean {
  const operation = objectAt(status, "operationState");
  const finishedAt = timeOf(stringAt(operation, "finishedAt"));
  const reconciledAt = timeOf(stringAt(status, "reconciledAt"));
  return (
    stringAt(operation, "phase") === "Succeeded" &&
    finishedAt !== undefined &&
    reconciledAt !== undefined &&
    reconciledAt >= finishedAt
  );
}

/** Synced and healthy; in strict mode to the revision that is being rolled out, and by a status that is not older than the roll-out. */
function isDone(status: ValueObject, entry: RolloutStatus, input: RolloutInput): boolean {
  return healthOf(status) === "Healthy" && syncOf(status) === "Synced" && !isStale(status, entry, input, "known");
}

/**
 * Strict mode: whether the Application's status says nothing about what is rolled out now: it is about another revision than the newest, the
 * change is not even written, or nothing in it is younger than the last transition.
 */
function isStale(status: ValueObject, entry: RolloutStatus, input: RolloutInput, age: "new" | "changed" | "known"): boolean {
  if (!input.strict) return false;
  if (isBehind(status, entry.application, input)) return true;
  if (age === "changed") return entry.message.includes("spec differs") || entry.message.includes("spec differ)");
  if (age === "new") return false;
  const operation = objectAt(status, "operationState");
  if (stringAt(operation, "phase") === "Running") return true;
  const since = timeOf(entry.lastTransitionTime);
  if (since === undefined) return false;
  const signs = [
    stringAt(status, "reconciledAt"),
    stringAt(operation, "finishedAt"),
    stringAt(objectAt(status, "health"), "lastTransitionTime"),
  ];
  return !signs.some((sign) => (timeOf(sign) ?? -1) >= since);
}

/** Strict mode: whether a newer revision is known than the one the Application's status is about. */
function isBehind(status: ValueObject, name: string, { strict }: RolloutInput): boolean {
  const newest = strict?.newestRevisions.get(name);
  return newest !== undefined && JSON.stringify(newest) !== JSON.stringify(revisionsOf(status));
}

/**
 * Strict mode: Applications that are synced and healthy, by a status from before their last transition as far as its times tell: they have to be
 * looked at again before their step can be done.
 */
export function unproven(entries: readonly RolloutStatus[], current: readonly KubernetesObject[]): readonly string[] {
  const progressing = new Set(entries.flatMap(({ application, status }) => (status === "Progressing" ? [application] : [])));
  return current.flatMap((application) => {
    const { name } = application.metadata;
    const status = statusOf(application);
    const isRunning = stringAt(objectAt(status, "operationState"), "phase") === "Running";
    return progressing.has(name) && !isRunning && healthOf(status) === "Healthy" && syncOf(status) === "Synced" ? [name] : [];
  });
}

/** The Applications that may be synced now: the first step, and each further one when all before it are healthy. */
export function syncableNow(
  steps: RolloutSteps,
  entries: readonly RolloutStatus[],
  current: readonly KubernetesObject[],
): ReadonlySet<string> {
  const byName = new Map(entries.map((entry) => [entry.application, entry]));
  const exists = new Set(current.map((application) => application.metadata.name));
  const syncable = new Set<string>();
  for (const names of steps.names) {
    for (const name of names) syncable.add(name);
    if (!names.every((name) => exists.has(name) && byName.get(name)?.status === "Healthy")) break;
  }
  return syncable;
}

/** Lets waiting Applications go on to Pending, at most `maxUpdate` of a step at a time. */
export function promoteWaiting(
  entries: readonly RolloutStatus[],
  syncable: ReadonlySet<string>,
  { set, steps, now }: Pick<RolloutInput, "set" | "steps" | "now">,
): readonly RolloutStatus[] {
  if (!hasRolloutSteps(set.spec)) return [];
  const rules = set.spec.strategy!.rollingSync!.steps!;
  // Argo CD: what no step selects counts with the first one.
  const stepOf = (name: string): number => steps.stepOf.get(name) ?? 0;
  const totals = rules.map(() => 0);
  const updating = rules.map(() => 0);
  for (const { application, status } of entries) {
    const step = stepOf(application);
    totals[step]!++;
    if (status === "Pending" || status === "Progressing") updating[step]!++;
  }
  return entries.map((entry) => {
    const step = stepOf(entry.application);
    const limit = maxUpdateOf(rules[step]!, totals[step]!);
    const isAllowed = limit === undefined || updating[step]! < limit;
    if (entry.status !== "Waiting" || !syncable.has(entry.application) || !isAllowed) return entry;
    updating[step]!++;
    const message = "Application moved to Pending status, watching for the Application resource to start Progressing";
    return { ...entry, status: "Pending", message, lastTransitionTime: now };
  });
}

/** Undefined: no limit. Any text but `0%` lets at least one through, one that is no percentage too. */
function maxUpdateOf({ maxUpdate }: RolloutStep, total: number): number | undefined {
  if (maxUpdate === undefined || typeof maxUpdate === "number") return maxUpdate;
  const percent = /^([+-]?\d+)%$/.exec(maxUpdate);
  const scaled = percent ? Math.floor((Number(percent[1]) * total) / 100) : 0;
  return maxUpdate !== "0%" && scaled < 1 ? 1 : scaled;
}

/** The number of the first step that is not done, undefined when all are. */
export function progressingStep(set: ApplicationSet, entries: readonly RolloutStatus[]): string | undefined {
  const steps = set.spec.strategy?.rollingSync?.steps ?? [];
  for (let index = 1; index <= steps.length; index++) {
    const own = entries.filter(({ step }) => step === String(index));
    if (own.some(({ status }) => status !== "Healthy")) return String(index);
  }
  return undefined;
}

/** Argo CD: while steps decide when to sync, an Application must not sync on its own. */
export function withoutAutomatedSync(spec: ValueObject): ValueObject {
  const policy = spec["syncPolicy"];
  if (!isObject(policy) || !isObject(policy["automated"])) return spec;
  return { ...spec, syncPolicy: { ...policy, automated: { ...policy["automated"], enabled: false } } };
}

/** The operation that makes the application controller sync. */
export function syncOperation(spec: ValueObject): ValueObject {
  const policy = objectAt(spec, "syncPolicy");
  const automated = policy["automated"];
  const prunes = isObject(automated) && automated["enabled"] !== false && automated["prune"] === true;
  return {
    sync: { ...(prunes ? { prune: true } : {}), ...(policy["syncOptions"] ? { syncOptions: policy["syncOptions"] } : {}) },
    initiatedBy: { username: "applicationset-controller", automated: true },
    info: [{ name: "Reason", value: "ApplicationSet RollingSync triggered a sync of this Application resource" }],
    retry: policy["retry"] ?? { limit: 5 },
  };
}

function shownStep(name: string, steps: RolloutSteps): string {
  const index = steps.stepOf.get(name);
  return index === undefined ? "-1" : String(index + 1);
}

function statusOf(live: KubernetesObject): ValueObject {
  return isObject(live["status"]) ? live["status"] : {};
}

export function revisionsOf(status: ValueObject): readonly string[] {
  const sync = objectAt(status, "sync");
  const revisions = listAt(sync, "revisions") as readonly string[];
  if (revisions.length > 0) return revisions;
  const revision = stringAt(sync, "revision");
  return revision === "" ? [] : [revision];
}

function syncOf(status: ValueObject): string {
  return stringAt(objectAt(status, "sync"), "status");
}

function healthOf(status: ValueObject): string {
  return stringAt(objectAt(status, "health"), "status");
}

function hasError(status: ValueObject): boolean {
  return listAt(status, "conditions").some(
    (condition) => isObject(condition) && (condition["type"] === "InvalidSpecError" || condition["type"] === "UnknownError"),
  );
}

function timeOf(text: string | undefined): number | undefined {
  const time = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
