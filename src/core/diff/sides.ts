import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue } from "../manifest/object.js";
import { isObject } from "../manifest/value.js";
import type { Comparison } from "./compare.js";
import { roundTrip } from "./typed/canonical.js";
import { goTypeOf } from "./typed/go-types.js";

/** What is only in git is a difference; what is only in the cluster is none here (pruning is another question). */
export function oneSided(target: KubernetesObject | null, live: KubernetesObject | null): Comparison {
  if (live) return { modified: false, normalizedLive: asValue(live), predictedLive: null };
  return { modified: true, normalizedLive: null, predictedLive: target ? asValue(target) : null };
}

/** The object in the form that its Go type writes; undefined where the type is unknown or does not fit. */
export function canonicalForm(object: KubernetesObject): KubernetesObject | undefined {
  const type = goTypeOf(object.apiVersion, object.kind);
  const typed = type && roundTrip(asValue(object), type, { strict: true });
  return typed && asObject(typed);
}

/** The same; unchanged where there is no such form. */
export function remarshal(object: KubernetesObject): KubernetesObject {
  return canonicalForm(object) ?? object;
}

export function withoutCreationTimestamp(object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  if (!isObject(metadata) || !Object.hasOwn(metadata, "creationTimestamp")) return object;
  const { creationTimestamp: _, ...kept } = metadata;
  return { ...object, metadata: kept };
}
