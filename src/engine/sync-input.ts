import type { Assessment } from "../core/health/assess.js";
import { formatResourceKey, type KubernetesObject, resourceKeyOf } from "../core/manifest/object.js";
import { isObject, objectAt } from "../core/manifest/value.js";
import { isSelected, type SyncOperation, type SyncProgress, syncSettings } from "../core/sync/operation.js";
import type { SyncInput } from "../core/sync/plan.js";
import type { ResourcePair } from "../core/sync/reconcile.js";
import { isDeletionConfirmed } from "../core/tracking/application-flags.js";
import type { Application } from "./application.js";
import { migrationManagerAnnotation } from "./applied-pairs.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { ProjectVerdict } from "./projects.js";
import type { CompareOutput } from "./rooms/compare.js";

/** What the planner of a sync is to know: the comparison, the operation's options, and answers about the cluster from memory. */
export function syncInputOf(
  app: Application,
  from: {
    comparison: CompareOutput;
    /** The comparison's pairs as they are to be applied. */
    pairs: readonly ResourcePair[];
    progress: SyncProgress;
    revision: string;
    startedAtMs: number;
    selected: SyncOperation;
    project: ProjectVerdict;
    cluster: FleetCluster;
    assess: (object: KubernetesObject) => Assessment;
  },
): SyncInput {
  const { comparison, selected, project, cluster } = from;
  const { live } = cluster;
  const byKey = new Map(comparison.resources.map((resource) => [resource.key, resource]));
  const namespaceMetadata = objectAt(app.spec, "syncPolicy")["managedNamespaceMetadata"];
  const { namespace } = app.destination;
  const migrationManager = app.object.metadata.annotations?.[migrationManagerAnnotation] || undefined;
  return {
    namespace,
    revision: from.revision,
    startedAtSeconds: Math.floor(from.startedAtMs / 1000),
    pairs: from.pairs,
    hooks: comparison.hooks,
    settings: syncSettings(selected),
    includes: (pair) => {
      const key = resourceKeyOf((pair.target ?? pair.live)!);
      const resources = selected.resources ?? [];
      if (resources.length > 0 && !isSelected(key, resources)) return false;
      return byKey.get(formatResourceKey(key))?.isSelfTracked ?? true;
    },
    ...(isObject(namespaceMetadata) ? { managedNamespaceMetadata: namespaceMetadata } : {}),
    ...(migrationManager === undefined ? {} : { migrationManager }),
    isPruneConfirmed: isDeletionConfirmed(app.object, from.startedAtMs),
    progress: from.progress,
    observed: {
      health: (object) => {
        const { health } = from.assess(object);
        return health === undefined || health.status === "" ? null : { status: health.status, message: health.message };
      },
      scope: (apiVersion, kind) => {
        const resource = live.serves(apiVersion, kind);
        if (resource !== undefined) return { kind: "found", namespaced: resource.namespaced };
        const error = `The Kubernetes API could not find ${apiVersion}/${kind}. Make sure the "${kind}" CRD is installed on the destination cluster.`;
        return { kind: "missing", error };
      },
      forbidden: project.forbidden,
      isModified: (key) => byKey.get(key)?.verdict.modified,
      liveNamespace:
        namespace === "" ? null : (live.find({ group: "", kind: "Namespace", namespace: "", name: namespace }) ?? null),
    },
  };
}
