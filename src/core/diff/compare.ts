import { valuesEqual } from "../manifest/equal.js";
import { asValue, type KubernetesObject } from "../manifest/object.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { hasSyncOption } from "../sync/annotations.js";
import { normalizeKind } from "./kinds.js";
import { lastAppliedOf } from "./last-applied.js";
import { type CompareOptions, normalizeIgnored } from "./options.js";
import { normalizeOnly, serverSideComparison } from "./server-side.js";
import { canonicalForm, oneSided, remarshal, withoutCreationTimestamp } from "./sides.js";
import { structuredComparison } from "./structured.js";
import { type ThreeWayOptions, threeWay } from "./three-way.js";
import { withoutTrackingTraces } from "./tracking-traces.js";
import { takeOverTrusted } from "./trusted-managers.js";

/** Whether desired and live state differ, and the two documents that were compared. */
export interface Comparison {
  readonly modified: boolean;
  /** the live object, normalised; null = to be created */
  readonly normalizedLive: Value;
  /** the live object as it would be after an apply, normalised; null = not in git */
  readonly predictedLive: Value;
}

export interface ComparePair {
  readonly target: KubernetesObject | null;
  readonly live: KubernetesObject | null;
  /** what a server-side dry run answered; asked for where `needsDryRun` says so */
  readonly dryRun?: KubernetesObject;
}

/** Whether the comparison needs the answer of a server-side dry-run apply of `target`. */
export function needsDryRun(pair: ComparePair, options: CompareOptions): boolean {
  return options.serverSideDiff && pair.target !== null && pair.live !== null;
}

/** The object to be sent in that dry run (server-side apply, forced, as `options.fieldManager`). */
export function dryRunTarget(pair: ComparePair, options: CompareOptions): KubernetesObject | null {
  const live = withoutTrackingTraces(pair.target, pair.live, options);
  const { target } = takeOverTrusted({ target: pair.target, live }, options);
  return target && normalizeOnly(target, options);
}

/**
 * Compares as Argo CD 3.5 does: three-way with the live object's last-applied configuration, else two-way (what git does not
 * name is no difference); by structured merge or a server-side dry run where asked for. Throws InputError COMPARE_*.
 */
export function compareResource(pair: ComparePair, options: CompareOptions): Comparison {
  const live = withoutTrackingTraces(pair.target, pair.live, options);
  const prepared = takeOverTrusted({ target: pair.target, live }, options);
  if (options.serverSideDiff) return serverSideComparison({ ...pair, ...prepared }, options);
  const typed = prepared.target && remarshal(prepared.target);
  const target = typed && normalizeBuiltin(typed, options);
  const typedLive = prepared.live && canonicalForm(prepared.live);
  const current = prepared.live && normalizeBuiltin(typedLive ?? prepared.live, options);
  if (!typed || !target || !current) return oneSided(target, current);
  if (options.structuredMergeDiff || hasSyncOption(target, "ServerSideApply=true")) {
    return structuredComparison(target, current, options);
  }
  const form = { isLiveCanonical: Boolean(typedLive) };
  const lastApplied = lastAppliedOf(current);
  if (lastApplied) {
    // What was applied last is mostly what git still says, and then it becomes the same again.
    const isTarget = valuesEqual(asValue(lastApplied), asValue(typed));
    const original = isTarget ? target : normalizeBuiltin(lastApplied, options);
    const found = threeWay(original, target, current, form);
    if (found) return result(found);
  }
  return result(twoWay(target, current, form));
}

/** The object as both sides are brought into one form: its Go type's, then kind by kind, then without ignored fields. */
export function normalize(object: KubernetesObject, options: CompareOptions): KubernetesObject {
  return normalizeBuiltin(remarshal(object), options);
}

export function normalizeBuiltin(object: KubernetesObject, options: CompareOptions): KubernetesObject {
  return normalizeIgnored(normalizeKind(withoutCreationTimestamp(object), options), options);
}

function twoWay(target: KubernetesObject, live: KubernetesObject, form: ThreeWayOptions) {
  const found = threeWay(target, target, live, form);
  if (!found) throw new Error("two-way comparison failed");
  return found;
}

function result({ live, predicted }: { readonly live: ValueObject; readonly predicted: ValueObject }): Comparison {
  return { modified: !valuesEqual(live, predicted), normalizedLive: live, predictedLive: predicted };
}
