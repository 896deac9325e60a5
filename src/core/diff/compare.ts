import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue } from "../manifest/object.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { hasSyncOption } from "../sync/annotations.js";
import { normalizeTracking } from "../tracking/normalize.js";
import { valuesEqual } from "./equal.js";
import { normalizeKind } from "./kinds.js";
import { lastAppliedOf } from "./last-applied.js";
import { type CompareOptions, normalizeIgnored } from "./options.js";
import { serverSideComparison } from "./server-side.js";
import { structuredComparison } from "./structured.js";
import { threeWay } from "./three-way.js";
import { takeOverTrusted } from "./trusted-managers.js";
import { roundTrip } from "./typed/canonical.js";
import { goTypeOf } from "./typed/go-types.js";

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

/**
 * Compares as Argo CD 3.5 does: three-way with the live object's last-applied configuration, else two-way (what git does not
 * name is no difference); by structured merge or a server-side dry run where asked for. Throws InputError COMPARE_*.
 */
export function compareResource(pair: ComparePair, options: CompareOptions): Comparison {
  const live = normalizeTracking(pair.target ?? undefined, pair.live ?? undefined, options.tracking) ?? null;
  const prepared = takeOverTrusted({ target: pair.target, live }, options);
  if (options.serverSideDiff) return serverSideComparison({ ...pair, ...prepared }, options);
  const target = prepared.target && normalize(prepared.target, options);
  const current = prepared.live && normalize(prepared.live, options);
  if (!target || !current) return oneSided(target, current);
  if (options.structuredMergeDiff || hasSyncOption(target, "ServerSideApply=true")) {
    return structuredComparison(target, current, options);
  }
  const lastApplied = lastAppliedOf(current);
  if (lastApplied) {
    const original = normalizeBuiltin(lastApplied, options);
    const found = threeWay(original, target, current);
    if (found) return result(found);
  }
  return result(twoWay(target, current));
}

/** What is only in git is a difference; what is only in the cluster is none here (pruning is another question). */
export function oneSided(target: KubernetesObject | null, live: KubernetesObject | null): Comparison {
  if (live) return { modified: false, normalizedLive: asValue(live), predictedLive: null };
  return { modified: true, normalizedLive: null, predictedLive: target ? asValue(target) : null };
}

/** The object as both sides are brought into one form: its Go type's, then kind by kind, then without ignored fields. */
export function normalize(object: KubernetesObject, options: CompareOptions): KubernetesObject {
  return normalizeBuiltin(remarshal(object), options);
}

/** The object in the form that its Go type writes; unchanged where the type is unknown or does not fit. */
export function remarshal(object: KubernetesObject): KubernetesObject {
  const type = goTypeOf(object.apiVersion, object.kind);
  const typed = type && roundTrip(asValue(object), type, { strict: true });
  return typed ? asObject(typed) : object;
}

export function normalizeBuiltin(object: KubernetesObject, options: CompareOptions): KubernetesObject {
  return normalizeIgnored(normalizeKind(withoutCreationTimestamp(object), options), options);
}

export function withoutCreationTimestamp(object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  if (!isObject(metadata) || !Object.hasOwn(metadata, "creationTimestamp")) return object;
  const { creationTimestamp: _, ...kept } = metadata;
  return { ...object, metadata: kept };
}

function twoWay(target: KubernetesObject, live: KubernetesObject) {
  const found = threeWay(target, target, live);
  if (!found) throw new Error("two-way comparison failed");
  return found;
}

function result({ live, predicted }: { readonly live: ValueObject; readonly predicted: ValueObject }): Comparison {
  return { modified: !valuesEqual(live, predicted), normalizedLive: live, predictedLive: predicted };
}
