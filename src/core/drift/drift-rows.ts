import { objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import type { DriftEpisode } from "./episode.js";
import { fieldValue, recordOf } from "./record-text.js";

/** An open episode beside what its Application says of itself: a line of every report. */
export interface DriftRow {
  readonly application: string;
  readonly namespace: string;
  readonly project: string;
  /** Label `env` of the Application. */
  readonly env: string;
  readonly cluster: string;
  readonly episode: DriftEpisode;
  readonly ageMs: number;
}

export interface DriftFilter {
  /** Only episodes that have lasted so long. */
  readonly minAgeMs?: number;
  readonly project?: string;
  readonly env?: string;
  /** Name or server of the destination. */
  readonly cluster?: string;
  readonly cause?: string;
}

/** The open episodes of Applications, the oldest first. */
export function driftRows(applications: Iterable<ValueObject>, filter: DriftFilter, nowMs: number): readonly DriftRow[] {
  const rows: DriftRow[] = [];
  for (const application of applications)
    for (const episode of recordOf(application).open) {
      const row = driftRow(application, episode, nowMs);
      if (isKept(row, application, filter)) rows.push(row);
    }
  return rows.sort((a, b) => b.ageMs - a.ageMs || (a.application < b.application ? -1 : 1));
}

export function driftRow(application: ValueObject, episode: DriftEpisode, nowMs: number): DriftRow {
  const metadata = objectAt(application, "metadata");
  const spec = objectAt(application, "spec");
  const destination = objectAt(spec, "destination");
  return {
    application: stringAt(metadata, "name"),
    namespace: stringAt(metadata, "namespace"),
    project: stringAt(spec, "project") || "default",
    env: stringAt(objectAt(metadata, "labels"), "env"),
    cluster: stringAt(destination, "name") || stringAt(destination, "server"),
    episode,
    ageMs: Math.max(0, nowMs - episode.onsetMs),
  };
}

function isKept(row: DriftRow, application: ValueObject, filter: DriftFilter): boolean {
  const { name, server } = objectAt(objectAt(application, "spec"), "destination");
  if (row.ageMs < (filter.minAgeMs ?? 0)) return false;
  if (filter.project !== undefined && row.project !== filter.project) return false;
  if (filter.env !== undefined && row.env !== filter.env) return false;
  if (filter.cause !== undefined && row.episode.cause !== filter.cause) return false;
  return filter.cluster === undefined || name === filter.cluster || server === filter.cluster;
}

/** A row for programs. */
export function driftRowValue({ episode, ageMs, ...application }: DriftRow): ValueObject {
  const [group = "", kind = "", namespace = "", name = ""] = episode.resource.split("/");
  return {
    ...application,
    resource: { group, kind, namespace, name },
    drift: episode.drift,
    cause: episode.cause,
    onset: new Date(episode.onsetMs).toISOString(),
    ageSeconds: Math.floor(ageMs / 1000),
    fields: episode.fields.map(fieldValue),
    ...(episode.moreFields > 0 ? { moreFields: episode.moreFields } : {}),
  };
}
