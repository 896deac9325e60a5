import { fengariRuntime } from "#src/adapters/lua/fengari-runtime.js";
import { applicationHealth } from "#src/core/decisions/application-health.js";
import { decideAutoSync, type ResourceSyncStatus } from "#src/core/decisions/auto-sync.js";
import { deletionBatches, isDeletedWithApplication, requiresConfirmation } from "#src/core/decisions/deletion.js";
import { type DestinationServiceAccount, impersonatedUser } from "#src/core/decisions/impersonation.js";
import { type OrphanedException, orphanedExceptions } from "#src/core/decisions/orphaned.js";
import { type CompareLevel, decideRefresh } from "#src/core/decisions/refresh.js";
import { type ResourceFilter, resourceExclusion } from "#src/core/decisions/resource-filter.js";
import { assignShards, type ShardedCluster } from "#src/core/decisions/sharding.js";
import { healthAssessor } from "#src/core/health/assess.js";
import { asValue, type KubernetesObject, type ResourceKey } from "#src/core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import type { Area } from "./areas.js";
import { difference, outcomeOf } from "./compare.js";
import { readCases } from "./jsonl.js";

// biome-ignore lint/suspicious/noExplicitAny: a case's input has a different shape for every operation, and the corpus is ours to trust
type Input = any;

interface Case {
  readonly id: string;
  readonly input: Input;
  readonly expected: unknown;
}

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const lua = fengariRuntime({ nowSeconds: () => nowMs / 1000 });

export const controller: Area = async (folder, options) => {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const { id, input, expected } of readCases<Case>(folder, options)) {
    const why = difference(
      outcomeOf(() => operations.get(input.op)?.(input)),
      expected,
    );
    if (why === undefined) passed++;
    else failures.push({ id, why });
  }
  return { passed, failures, skipped: new Map() };
};

const operations: ReadonlyMap<string, (input: Input) => unknown> = new Map<string, (input: Input) => unknown>([
  ["apphealth", judge],
  ["autosync", autoSync],
  ["needrefresh", refresh],
  [
    "deleteorder",
    ({ objects }) => ({ batches: deletionBatches(objects as KubernetesObject[]).map((batch) => batch.map(label).sort()) }),
  ],
  ["sharding", shard],
  [
    "shoulddelete",
    ({ app, object }) => ({
      delete: isDeletedWithApplication(app, object),
      requiresConfirmation: requiresConfirmation(app, object),
    }),
  ],
  ["orphaned", orphaned],
  ["resourcefilter", filter],
  ["impersonation", impersonation],
]);

function judge({ resources, app, resourceOverrides }: Input): unknown {
  const overrides = new Map(
    Object.entries((resourceOverrides ?? {}) as ValueObject).map(([key, value]) => [
      key,
      {
        script: stringAt(value as ValueObject, "health.lua"),
        useOpenLibs: (value as ValueObject)["health.lua.useOpenLibs"] === true,
      },
    ]),
  );
  const pairs = resources.map(({ target, live }: Input) => ({ target: target ?? undefined, live: live ?? undefined }));
  const found = applicationHealth(pairs, app, healthAssessor({ overrides, lua }));
  // As elsewhere in the corpus, an empty list is null.
  const health = found.resources.length > 0 ? found.resources.map((one) => one ?? null) : null;
  return { appHealth: found.status, resources: health, error: found.error?.message };
}

function autoSync(input: Input): unknown {
  const backoff = input.selfHealBackoff;
  const decision = decideAutoSync({
    app: withFinish(input.app, input.finishedSecondsAgo),
    syncStatus: input.syncStatus,
    resources: input.resources as ResourceSyncStatus[],
    nowMs,
    selfHeal: {
      timeoutMs: input.selfHealTimeoutSeconds * 1000,
      backoff: backoff && { initialMs: backoff.timeoutSeconds * 1000, factor: backoff.factor, capMs: backoff.capSeconds * 1000 },
    },
    revisionMayHaveChanges: input.revisionMayHaveChanges ?? true,
    compat: "argocd",
  });
  return {
    operation: decision.kind === "start" ? decision.operation : null,
    condition: decision.kind === "none" && decision.condition ? { type: "SyncError", message: decision.condition } : undefined,
    retryAfterSeconds: decision.kind === "wait" ? Math.round(decision.retryAfterMs / 1000) : undefined,
  };
}

function refresh(input: Input): unknown {
  const reconciledAt = input.reconciledSecondsAgo === undefined ? undefined : timeBefore(input.reconciledSecondsAgo);
  const app = reconciledAt ? { ...input.app, status: { ...input.app.status, reconciledAt } } : input.app;
  const decision = decideRefresh(app, {
    nowMs,
    softTimeoutMs: input.timeoutSeconds * 1000,
    hardTimeoutMs: input.hardTimeoutSeconds * 1000,
    requestedLevel: input.controllerRequestedLevel as CompareLevel | undefined,
  });
  return { needRefresh: decision.isNeeded, refreshType: decision.type, compareWithLevel: decision.level };
}

function shard({ clusters, apps, algorithm, replicas }: Input): unknown {
  const destinationServers = apps.map((app: Input) => app.spec.destination.server as string);
  return { shards: Object.fromEntries(assignShards(clusters as ShardedCluster[], { algorithm, replicas, destinationServers })) };
}

function orphaned({ project, resources }: Input): unknown {
  const isIgnored = orphanedExceptions((project.spec.orphanedResources?.ignore ?? []) as OrphanedException[]);
  return { ignored: (resources as ResourceKey[]).map(isIgnored) };
}

function filter({ exclusions, inclusions, resources }: Input): unknown {
  const isExcluded = resourceExclusion({
    exclusions: (exclusions ?? []) as ResourceFilter[],
    inclusions: (inclusions ?? []) as ResourceFilter[],
  });
  return { excluded: resources.map(({ group, kind, cluster }: Input) => isExcluded(group, kind, cluster)) };
}

function impersonation({ project, app, server }: Input): unknown {
  const accounts = (project.spec.destinationServiceAccounts ?? []) as DestinationServiceAccount[];
  const namespace = stringAt(objectAt(objectAt(asValue(app), "spec"), "destination"), "namespace");
  const found = outcomeOf(() =>
    impersonatedUser(accounts, { server, namespace, applicationNamespace: app.metadata.namespace ?? "" }),
  );
  return typeof found === "string" ? { user: found } : { user: "", ...(found as object) };
}

function withFinish(app: Input, secondsAgo: number | undefined): KubernetesObject {
  if (secondsAgo === undefined) return app;
  const operationState = { ...app.status.operationState, finishedAt: timeBefore(secondsAgo) };
  return { ...app, status: { ...app.status, operationState } };
}

function timeBefore(seconds: number): string {
  return new Date(nowMs - seconds * 1000).toISOString();
}

function label(object: KubernetesObject): string {
  return `${object.kind}/${object.metadata.name}`;
}
