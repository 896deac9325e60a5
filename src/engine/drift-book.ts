import { type DriftCause, type DriftedField, type DriftRecord, emptyRecord } from "../core/drift/episode.js";
import { fieldActor } from "../core/drift/field-actor.js";
import { type DriftFinding, nextRecord } from "../core/drift/next-record.js";
import { driftAnnotation, readRecord, writeRecord } from "../core/drift/record-text.js";
import { changedFields } from "../core/impact/field-change.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { equalValues, isObject, listAt, stringAt, type Value } from "../core/manifest/value.js";
import type { Clock } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { Metrics } from "../ports/telemetry.js";
import type { Application } from "./application.js";
import { withOwners } from "./applied-pairs.js";
import { fieldManager } from "./apply.js";
import type { ComparedResource } from "./decide.js";

interface Memory {
  record: DriftRecord;
  /** The resources of the last comparison in which nothing differed: what git wanted then. */
  synced: readonly ComparedResource[] | undefined;
  /** Version of each live object whose owners were looked at. */
  readonly looked: Map<string, string | undefined>;
}

const mostLooks = 20;

/**
 * Remembers drift. Every comparison is told to it; what is to be kept goes into an annotation of the Application. Who wrote a field is asked of
 * the cluster once for each version of a drifted object, before a sync can cover the traces.
 */
export class DriftBook {
  private readonly memory = new Map<string, Memory>();

  constructor(
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  forget(key: string): void {
    this.memory.delete(key);
  }

  /** When a comparison saw the Application's drift last. */
  lastSeenMs(key: string): number | undefined {
    return this.memory.get(key)?.record.open[0]?.lastSeenMs;
  }

  /** The annotation's text after this comparison: undefined as it is, null to be taken off. */
  async observe(
    app: Application,
    comparison: { readonly resources: readonly ComparedResource[]; readonly failed: boolean },
    cluster: Pick<ClusterPort, "get">,
  ): Promise<string | null | undefined> {
    if (comparison.failed) return undefined;
    const before = app.object.metadata.annotations?.[driftAnnotation];
    const memory = this.memoryOf(app.key, before);
    const drifted = comparison.resources.filter(({ status }) => status === "OutOfSync");
    if (drifted.length === 0) {
      memory.synced = comparison.resources;
      memory.looked.clear();
      if (before === undefined && memory.record.open.length === 0) return undefined;
    }
    const findings: DriftFinding[] = [];
    let looks = 0;
    for (const resource of drifted) {
      const cause = causeOf(resource, memory, app);
      const isLooked = memory.looked.has(resource.key) && memory.looked.get(resource.key) === versionOf(resource);
      const asks = !isLooked && cause !== "git" && resource.target !== null && resource.live !== null && looks < mostLooks;
      if (asks) looks++;
      findings.push(await this.finding(resource, { cause, cluster: asks ? cluster : undefined }));
      if (asks) memory.looked.set(resource.key, versionOf(resource));
      else if (isLooked) findings.push({ ...findings.pop()!, fields: undefined });
    }
    const { record, ended } = nextRecord(memory.record, findings, this.clock.now());
    memory.record = record;
    const labels = { project: app.project, env: app.object.metadata.labels?.["env"] ?? "" };
    for (const { cause, onsetMs, endedMs } of ended)
      this.metrics.observe("fleetwright_drift_episode_seconds", { ...labels, cause }, Math.max(0, endedMs - onsetMs) / 1000);
    const text = writeRecord(record) ?? null;
    return text === (before ?? null) ? undefined : text;
  }

  private memoryOf(key: string, annotation: string | undefined): Memory {
    let memory = this.memory.get(key);
    if (memory === undefined) {
      const record = annotation === undefined ? emptyRecord : readRecord(annotation);
      memory = { record, synced: undefined, looked: new Map() };
      this.memory.set(key, memory);
    }
    return memory;
  }

  private async finding(
    resource: ComparedResource,
    by: { readonly cause: DriftCause; readonly cluster: Pick<ClusterPort, "get"> | undefined },
  ): Promise<DriftFinding> {
    const { key, target, live, verdict } = resource;
    const drift = target === null ? "extra" : live === null ? "missing" : "changed";
    if (target === null || live === null) return { resource: key, drift, cause: by.cause, fields: [] };
    // An answer that does not come leaves the actors unknown; the drift itself is known.
    const current = by.cluster === undefined ? live : await withOwners(live, by.cluster).catch(() => live);
    const owners = current.metadata.managedFields as Value | undefined;
    const fields = changedFields(verdict.predictedLive, verdict.normalizedLive).map(
      ({ path }): DriftedField => ({ path, by: fieldActor(owners, path) }),
    );
    return { resource: key, drift, cause: by.cause === "unknown" ? causeByActors(fields) : by.cause, fields };
  }
}

function versionOf(resource: ComparedResource): string | undefined {
  return resource.live?.metadata.resourceVersion;
}

/** Which side moved since the two were last the same. */
function causeOf({ key, target, live }: ComparedResource, memory: Memory, app: Application): DriftCause {
  if (target === null) return "git";
  const known = memory.synced?.find((resource) => resource.key === key);
  if (live === null) return known?.live || wasSynced(app, key) ? "cluster" : "git";
  if (!known?.target) return "unknown";
  return isSame(known.target, target) ? "cluster" : "git";
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return a === b || equalValues(a as unknown as Value, b as unknown as Value);
}

/** Where this process has not seen it itself: what the Application's status said before. */
function wasSynced(app: Application, key: string): boolean {
  const found = listAt(app.status, "resources")
    .filter(isObject)
    .find((one) => key === ["group", "kind", "namespace", "name"].map((field) => stringAt(one, field)).join("/"));
  return stringAt(found, "status") === "Synced";
}

/** Without a memory: someone else's field says that the cluster moved, only own ones that git did. */
function causeByActors(fields: readonly DriftedField[]): DriftCause {
  const managers = fields.flatMap(({ by }) => (by === "unknown" ? [] : [by.manager]));
  if (managers.some((manager) => manager !== fieldManager)) return "cluster";
  return managers.length === fields.length && fields.length > 0 ? "git" : "unknown";
}
