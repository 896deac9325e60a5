import { formatError } from "../../core/errors.js";
import {
  formatResourceKey,
  type KubernetesObject,
  type ResourceKey,
  resourceKeyOf,
  splitApiVersion,
} from "../../core/manifest/object.js";
import { annotationItems, hasSyncOption } from "../../core/sync/annotations.js";
import { isHook, isIgnored, isSkipped } from "../../core/sync/hooks.js";
import { partitionTargets, type ResourcePair, reconcile } from "../../core/sync/reconcile.js";
import { waveOf } from "../../core/sync/waves.js";
import { isSelfTracked, type TrackingSettings, trackedApp, trackedId } from "../../core/tracking/track.js";
import { withOwners } from "../applied-pairs.js";
import type { Condition } from "../conditions.js";
import type { ComparedResource, Differ, DiffVerdict, HealthVerdict } from "../decide.js";
import type { DryRuns } from "../dry-runs.js";
import { isPartial } from "../informer.js";
import type { LiveState } from "../live-state.js";

/** What a comparison asks of the live state. */
export type ComparedLive = Pick<LiveState, "cluster" | "need" | "isNamespaced" | "setWanted" | "objectsOf" | "find" | "load">;

export interface CompareInput {
  /** The Application's tracking name. */
  readonly instance: string;
  readonly namespace: string;
  readonly targets: readonly KubernetesObject[];
  readonly live: ComparedLive;
  /** Kinds (`group/Kind`) that the Application had when it was compared last. */
  readonly formerKinds: readonly string[];
  readonly tracking: TrackingSettings;
  readonly differ: Differ;
  readonly health: (object: KubernetesObject) => HealthVerdict | undefined;
  /** Lets the health of these be found out, where that takes more than a look. */
  readonly prepareHealth?: (objects: readonly KubernetesObject[]) => Promise<void>;
  /** Verdicts of before, by target and version of the live object. */
  readonly memory: CompareMemory;
  readonly dryRuns: Pick<DryRuns, "apply">;
  readonly createsNamespace: boolean;
  readonly isPermitted: (object: KubernetesObject, namespaced: boolean) => boolean;
}

export interface CompareOutput {
  readonly status: "Synced" | "OutOfSync";
  readonly resources: readonly ComparedResource[];
  readonly pairs: readonly ResourcePair[];
  readonly hooks: readonly KubernetesObject[];
  readonly preDeleteHooks: readonly KubernetesObject[];
  readonly postDeleteHooks: readonly KubernetesObject[];
  readonly conditions: readonly Condition[];
  /** Some comparison failed: the sync status is not known. */
  readonly failed: boolean;
}

/** What was found of pairs that have not changed since. */
export class CompareMemory {
  private verdicts = new WeakMap<
    KubernetesObject,
    { readonly live: KubernetesObject; readonly rules: object; readonly verdict: DiffVerdict }
  >();

  find(target: KubernetesObject, live: KubernetesObject, rules: object): DiffVerdict | undefined {
    const known = this.verdicts.get(target);
    return known?.live === live && known.rules === rules ? known.verdict : undefined;
  }

  keep(target: KubernetesObject, live: KubernetesObject, rules: object, verdict: DiffVerdict): void {
    this.verdicts.set(target, { live, rules, verdict });
  }

  /** The rules of comparison changed. */
  clear(): void {
    this.verdicts = new WeakMap();
  }
}

/** Desired and live objects → what differs (Argo CD: CompareAppState). Reads only the live state, but for objects of which it holds a part. */
export async function compareApplication(input: CompareInput): Promise<CompareOutput> {
  const { live, tracking, instance } = input;
  const parts = partitionTargets(input.targets);
  const wanted = wantedOf(input.targets);
  await live.need([...wanted.kinds, ...input.formerKinds]);
  const conditions: Condition[] = [];
  const lives = await liveObjects(input, conditions);
  const { pairs, hooks } = reconcile(parts.sync, lives, {
    namespace: input.namespace,
    isNamespaced: (group, kind) => live.isNamespaced(group, kind),
  });
  live.setWanted(instance, wanted.keys);
  await input.prepareHealth?.(lives);
  let outOfSync = false;
  let failed = false;
  const resources: ComparedResource[] = [];
  // Begun for all, so that those which ask the server ask side by side.
  const verdicts = pairs.map((pair) =>
    isHook((pair.target ?? pair.live)!) ? unmodified : settled(() => verdictOf(pair, input)),
  );
  for (const [index, pair] of pairs.entries()) {
    const object = (pair.target ?? pair.live)!;
    const key = resourceKeyOf(object);
    const { group, version } = splitApiVersion(object.apiVersion);
    const hook = isHook(object);
    const selfTracked = isOwn(pair, tracking);
    const outcome = verdicts[index]!;
    const { verdict, error } = outcome instanceof Promise ? await outcome : outcome;
    if (error !== undefined) {
      failed = true;
      conditions.push({ type: "ComparisonError", message: `${key.kind} ${key.name}: ${formatError(error)}` });
    }
    const counts = !hook && !isIgnored(object) && !(pair.target && isSkipped(pair.target)) && selfTracked;
    const isManagedNamespace =
      input.createsNamespace &&
      key.kind === "Namespace" &&
      key.group === "" &&
      key.name === input.namespace &&
      pair.target === null;
    const differs = !isManagedNamespace && (verdict.modified || pair.target === null || pair.live === null);
    const requiresPruning = pair.target === null && pair.live !== null && selfTracked && !hook;
    if (counts && differs && !(requiresPruning && ignoresExtraneous(object))) outOfSync = true;
    const namespaced = live.isNamespaced(group, object.kind) ?? true;
    const permitted = input.isPermitted(object, namespaced);
    if (namespaced && !key.namespace)
      conditions.push({
        type: "ComparisonError",
        message: `Namespace for ${key.name} ${object.apiVersion}, Kind=${object.kind} is missing.`,
      });
    resources.push({
      key: formatResourceKey(key),
      ...key,
      version,
      target: pair.target,
      live: pair.live,
      verdict,
      status: permitted ? (counts ? (differs ? "OutOfSync" : "Synced") : "") : "Unknown",
      isHook: hook,
      isSelfTracked: selfTracked,
      requiresPruning,
      syncWave: pair.target ? waveOf(pair.target) : 0,
      health: pair.live ? input.health(pair.live) : hook ? undefined : { status: "Missing", message: "" },
    });
  }
  conditions.push(...sharedResources(pairs, input));
  return {
    status: outOfSync ? "OutOfSync" : "Synced",
    resources,
    pairs,
    hooks,
    preDeleteHooks: parts.preDelete,
    postDeleteHooks: parts.postDelete,
    conditions,
    failed,
  };
}

interface Wanted {
  readonly keys: ReadonlySet<string>;
  /** `group/Kind`. */
  readonly kinds: readonly string[];
}

const wantedByTargets = new WeakMap<readonly KubernetesObject[], Wanted>();

/** Keys and kinds of the targets; found once for a list of targets, which stays the same while nothing is rendered anew. */
function wantedOf(targets: readonly KubernetesObject[]): Wanted {
  let wanted = wantedByTargets.get(targets);
  if (wanted === undefined) {
    const keys = new Set(targets.map((target) => formatResourceKey(resourceKeyOf(target))));
    const kinds = new Set(targets.map((target) => `${splitApiVersion(target.apiVersion).group}/${target.kind}`));
    wanted = { keys, kinds: [...kinds] };
    wantedByTargets.set(targets, wanted);
  }
  return wanted;
}

/** The objects that carry the mark, and those that stand where a target is to be. */
async function liveObjects(input: CompareInput, conditions: Condition[]): Promise<readonly KubernetesObject[]> {
  const { live, targets, instance, namespace } = input;
  const lives = new Map<string, KubernetesObject>();
  const loading: Promise<void>[] = [];
  const load = (id: string, key: ResourceKey, apiVersion: string): void => {
    loading.push(
      live.load(key, apiVersion).then(
        (object) => void (object && lives.set(id, object)),
        (error: unknown) =>
          void conditions.push({ type: "ComparisonError", message: `failed to load live state of ${id}: ${formatError(error)}` }),
      ),
    );
  };
  for (const object of live.objectsOf(instance)) {
    const key = resourceKeyOf(object);
    if (isPartial(object)) load(formatResourceKey(key), key, object.apiVersion);
    else lives.set(formatResourceKey(key), object);
  }
  if (loading.length > 0) await Promise.all(loading);
  for (const target of targets) {
    const key = resourceKeyOf(target);
    const namespaced = live.isNamespaced(key.group, key.kind);
    if (namespaced === undefined) continue;
    const place = { ...key, namespace: namespaced ? key.namespace || namespace : "" };
    const id = formatResourceKey(place);
    const known = lives.get(id);
    if (known !== undefined && known.apiVersion === target.apiVersion) continue;
    if (live.find(place) === undefined) continue;
    load(id, place, target.apiVersion);
  }
  await Promise.all(loading);
  return [...lives.values()];
}

interface Outcome {
  readonly verdict: DiffVerdict;
  readonly error?: unknown;
}

const unmodified: Outcome = { verdict: { modified: false } };

/** A comparison that fails is an outcome too: the others go on. */
function settled(compare: () => DiffVerdict | Promise<DiffVerdict>): Outcome | Promise<Outcome> {
  const failure = (error: unknown): Outcome => ({ ...unmodified, error });
  try {
    const verdict = compare();
    return verdict instanceof Promise ? verdict.then((found) => ({ verdict: found }), failure) : { verdict };
  } catch (error) {
    return failure(error);
  }
}

/** Awaits nothing but for rules that ask who owns a field, which the live state does not keep, and for server-side dry runs. */
function verdictOf(pair: ResourcePair, input: CompareInput): DiffVerdict | Promise<DiffVerdict> {
  const { target, live } = pair;
  const { differ } = input;
  if (target === null || live === null) return unmodified.verdict;
  const known = input.memory.find(target, live, differ.rules);
  if (known !== undefined) return known;
  // Both sides are of interest where they differ; elsewhere they would be two more copies of each object.
  const keep = (found: DiffVerdict): DiffVerdict => {
    const verdict = found.modified ? found : unmodified.verdict;
    input.memory.keep(target, live, differ.rules, verdict);
    return verdict;
  };
  const judge = (current: KubernetesObject): DiffVerdict | Promise<DiffVerdict> => {
    const question = differ.dryRunOf(target, current);
    if (question === undefined) return keep(differ.compare(target, current));
    return input.dryRuns.apply(input.live.cluster, question).then((answer) => keep(differ.compare(target, current, answer)));
  };
  if (!differ.decidesByOwners(target) || live.metadata.managedFields !== undefined) return judge(live);
  return withOwners(live, input.live.cluster).then(judge);
}

/** Argo CD: a live object whose mark names another object is a copy; it is neither compared nor pruned. */
function isOwn(pair: ResourcePair, tracking: TrackingSettings): boolean {
  if (pair.live === null || pair.target !== null) return true;
  const id = trackedId(pair.live, tracking);
  return id === undefined || isSelfTracked(pair.live, id);
}

function ignoresExtraneous(object: KubernetesObject): boolean {
  return (
    annotationItems(object, "argocd.argoproj.io/compare-options").includes("IgnoreExtraneous") ||
    hasSyncOption(object, "IgnoreExtraneous")
  );
}

function sharedResources(pairs: readonly ResourcePair[], input: CompareInput): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const { target, live } of pairs) {
    if (target === null || live === null) continue;
    const other = trackedApp(live, input.tracking);
    if (other === "" || other === input.instance) continue;
    conditions.push({
      type: "SharedResourceWarning",
      message: `${target.kind}/${target.metadata.name} is part of applications ${input.instance} and ${other}`,
    });
  }
  return conditions;
}
