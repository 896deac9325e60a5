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

const canonical = new WeakSet<object>();

/** Whether the object is known to be in the form of its Go type, so that decoding it again changes nothing. */
export function isCanonical(object: object): boolean {
  return canonical.has(object);
}

/** Notes that `object` was made of a canonical one by taking fields out. */
export function keepCanonical<T extends object>(object: T, from: object): T {
  if (canonical.has(from)) canonical.add(object);
  return object;
}

/** The object in the form that its Go type writes; unchanged where the type is unknown or does not fit. */
export function remarshal(object: KubernetesObject): KubernetesObject {
  const type = goTypeOf(object.apiVersion, object.kind);
  const typed = type && roundTrip(asValue(object), type, { strict: true });
  if (!typed) return object;
  canonical.add(typed);
  return asObject(typed);
}

export function withoutCreationTimestamp(object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  if (!isObject(metadata) || !Object.hasOwn(metadata, "creationTimestamp")) return object;
  const { creationTimestamp: _, ...kept } = metadata;
  return { ...object, metadata: kept };
}
