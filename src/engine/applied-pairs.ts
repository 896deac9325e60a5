import { lastAppliedAnnotation } from "../core/diff/last-applied.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { hasSyncOption } from "../core/sync/annotations.js";
import type { SyncSettings } from "../core/sync/operation.js";
import type { ResourcePair } from "../core/sync/reconcile.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { Differ } from "./decide.js";

export const migrationManagerAnnotation = "argocd.argoproj.io/client-side-apply-migration-manager";

export interface AppliedPairsOptions {
  readonly settings: SyncSettings;
  readonly differ: Differ;
  readonly cluster: Pick<ClusterPort, "get">;
  /** A client-side manager that the Application names itself; undefined for kubectl's. */
  readonly migrationManager: string | undefined;
}

/**
 * The pairs as a sync is to see them. With RespectIgnoreDifferences the ignored fields of a target are the live ones. Field owners are not
 * kept in the live state: where the sync decides by them, the object is asked for again.
 */
export async function appliedPairs(
  pairs: readonly ResourcePair[],
  options: AppliedPairsOptions,
): Promise<readonly ResourcePair[]> {
  const { settings, differ } = options;
  const isPlain = !settings.respectIgnoreDifferences && !pairs.some((pair) => asksForOwners(pair, options));
  if (isPlain) return pairs;
  return await Promise.all(
    pairs.map(async (pair) => {
      const { target, live } = pair;
      if (target === null || live === null) return pair;
      const current = asksForOwners(pair, options) ? await withOwners(live, options.cluster) : live;
      if (!settings.respectIgnoreDifferences) return { ...pair, live: current };
      return { ...pair, target: differ.applied(target, current), live: current };
    }),
  );
}

/** The object as it is in the cluster, with `managedFields`; as it was known where it cannot be read. */
export async function withOwners(live: KubernetesObject, cluster: Pick<ClusterPort, "get">): Promise<KubernetesObject> {
  const { apiVersion, kind, metadata } = live;
  const { name, namespace } = metadata;
  return (await cluster.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) })) ?? live;
}

function asksForOwners({ target, live }: ResourcePair, options: AppliedPairsOptions): boolean {
  if (target === null || live === null || live.metadata.managedFields !== undefined) return false;
  const { settings, differ, migrationManager } = options;
  if (settings.respectIgnoreDifferences && differ.decidesByOwners(target)) return true;
  const isServerSide =
    !hasSyncOption(target, "ServerSideApply=false") &&
    (settings.serverSideApply || hasSyncOption(target, "ServerSideApply=true"));
  if (!isServerSide || !settings.clientSideApplyMigration) return false;
  return migrationManager !== undefined || live.metadata.annotations?.[lastAppliedAnnotation] !== undefined;
}
