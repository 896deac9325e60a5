import type { OverBudget } from "../../core/impact/guard.js";
import type { PlannedChange } from "../../core/impact/rollout-plan.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, objectAt, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import { emitJson, parseJson } from "../../core/yaml/json.js";
import { sha256Hex } from "../../platform/hash.js";

/** The ConfigMap of the control plane's namespace that holds what was let through and what waits. */
export const guardConfigMap = "fleetwright-guard";

/** A branch, tag or HEAD of a repository, whose commits are let through one after the other. */
export interface GuardedPlace {
  readonly repoURL: string;
  readonly revision: string;
}

/** A commit that waits for an approval. */
export interface HeldPlan extends GuardedPlace {
  readonly hash: string;
  readonly from: string;
  readonly to: string;
  /** RFC 3339. */
  readonly since: string;
  /** One line for each budget that is exceeded. */
  readonly why: readonly string[];
  readonly over: readonly OverBudget[];
  /** At most some hundred; `applications` counts all. */
  readonly changes: readonly PlannedChange[];
  readonly applications: number;
}

/** What is held, why, since when, and what lets it through: for conditions. */
export function heldText({ to, repoURL, revision, why, since, hash }: HeldPlan): string {
  return `Commit ${to.slice(0, 12)} of ${repoURL} ${revision} is held since ${since}: ${why.join("; ")}. To let exactly this plan through: fleetwright plan approve ${hash}`;
}

/** Keys of the ConfigMap's data. */
export function passedKey(place: GuardedPlace): string {
  return `passed.${placeId(place)}`;
}

export function planKey(place: GuardedPlace): string {
  return `plan.${placeId(place)}`;
}

function placeId({ repoURL, revision }: GuardedPlace): string {
  return sha256Hex(`${repoURL}\n${revision}`).slice(0, 16);
}

/** The commit that was let through last; undefined where none was recorded. */
export function passedCommit(object: KubernetesObject | undefined, place: GuardedPlace): string | undefined {
  return stringAt(readEntry(object, passedKey(place)), "commit") || undefined;
}

/** Every plan that waits, the oldest first. */
export function heldPlans(object: KubernetesObject | undefined): readonly HeldPlan[] {
  return Object.keys(dataOf(object))
    .filter((key) => key.startsWith("plan."))
    .flatMap((key) => {
      const value = readEntry(object, key);
      return stringAt(value, "hash") === "" ? [] : [value as unknown as HeldPlan];
    })
    .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
}

/** The hashes that were approved: the annotation may name several, separated by commas. */
export function approvedHashes(object: KubernetesObject | undefined, annotation: string): readonly string[] {
  return (object?.metadata.annotations?.[annotation] ?? "")
    .split(",")
    .map((hash) => hash.trim())
    .filter((hash) => hash !== "");
}

export function entryText(value: object): string {
  return emitJson(value as Value);
}

function dataOf(object: KubernetesObject | undefined): ValueObject {
  return objectAt(object as unknown as ValueObject | undefined, "data");
}

function readEntry(object: KubernetesObject | undefined, key: string): ValueObject {
  try {
    const value = parseJson(stringAt(dataOf(object), key) || "{}");
    return isObject(value) ? value : {};
  } catch {
    // Edited by hand into something else: as if it were not there.
    return {};
  }
}
