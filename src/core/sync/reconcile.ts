import { formatResourceKey, type KubernetesObject, resourceKeyOf, splitApiVersion } from "../manifest/object.js";
import { hookTypes, isDeleteHook, isHook, isIgnored } from "./hooks.js";

/** A desired object beside its live one; one of the two may be null. */
export interface ResourcePair {
  readonly target: KubernetesObject | null;
  readonly live: KubernetesObject | null;
}

export interface Reconciled {
  readonly pairs: readonly ResourcePair[];
  readonly hooks: readonly KubernetesObject[];
}

/** The manifests that take part in a sync, and those held back for the Application's deletion. */
export interface PartitionedTargets {
  readonly sync: readonly KubernetesObject[];
  readonly preDelete: readonly KubernetesObject[];
  readonly postDelete: readonly KubernetesObject[];
}

/** Argo CD: a PreDelete or PostDelete hook takes part in a sync only if it has a sync phase as well. */
export function partitionTargets(targets: readonly KubernetesObject[]): PartitionedTargets {
  const preDelete = targets.filter((target) => isDeleteHook(target, "PreDelete"));
  const postDelete = targets.filter((target) => isDeleteHook(target, "PostDelete"));
  const held = new Set([...preDelete, ...postDelete].filter((target) => !hookTypes(target).some((type) => type !== "Skip")));
  return { sync: targets.filter((target) => !held.has(target)), preDelete, postDelete };
}

/**
 * Pairs desired with live objects; live objects without a desired one come last, with target null.
 * `isNamespaced` answers undefined for an unknown kind: then both scopes are looked up, lest the object be pruned.
 */
export function reconcile(
  targets: readonly KubernetesObject[],
  lives: readonly KubernetesObject[],
  options: {
    readonly namespace: string;
    readonly isNamespaced: (group: string, kind: string) => boolean | undefined;
  },
): Reconciled {
  const resources = targets.filter((target) => !isIgnored(target) && !isHook(target));
  const hooks = targets.filter((target) => !isIgnored(target) && isHook(target));
  const livesByKey = withoutDuplicates(resources, lives);
  const pairs: ResourcePair[] = [];
  for (const target of resources) {
    const key = candidateKeys(target, options).find((candidate) => livesByKey.has(candidate));
    pairs.push({ target, live: key === undefined ? null : (livesByKey.get(key) ?? null) });
    if (key !== undefined) livesByKey.delete(key);
  }
  for (const live of livesByKey.values()) pairs.push({ target: null, live });
  return { pairs, hooks };
}

function candidateKeys(
  target: KubernetesObject,
  options: { readonly namespace: string; readonly isNamespaced: (group: string, kind: string) => boolean | undefined },
): readonly string[] {
  const { group } = splitApiVersion(target.apiVersion);
  const namespaced = options.isNamespaced(group, target.kind);
  const name = target.metadata.name;
  const inNamespace = { group, kind: target.kind, namespace: target.metadata.namespace || options.namespace, name };
  const keys: string[] = [];
  if (namespaced !== false) keys.push(formatResourceKey(inNamespace));
  if (namespaced !== true) keys.push(formatResourceKey({ ...inNamespace, namespace: "" }));
  return keys;
}

// Argo CD: one object served under two groups (Ingress, Event, …) is seen twice; the twin that git does not name is dropped.
function withoutDuplicates(
  targets: readonly KubernetesObject[],
  lives: readonly KubernetesObject[],
): Map<string, KubernetesObject> {
  const byKey = new Map(lives.map((live) => [formatResourceKey(resourceKeyOf(live)), live]));
  const named = new Set(targets.map((target) => formatResourceKey(resourceKeyOf(target))));
  const keysByUid = new Map<string, string[]>();
  for (const [key, live] of byKey) {
    const uid = live.metadata.uid;
    if (uid) keysByUid.set(uid, [...(keysByUid.get(uid) ?? []), key]);
  }
  for (const keys of keysByUid.values()) {
    let left = keys.length;
    for (const key of keys) {
      if (left === 1) break;
      if (named.has(key)) continue;
      byKey.delete(key);
      left--;
    }
  }
  return byKey;
}
