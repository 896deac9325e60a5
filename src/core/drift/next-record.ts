import { bounds, type DriftEpisode, type DriftRecord, type EndedEpisode } from "./episode.js";

/** One drifted resource of a comparison; `fields` undefined: not looked at, what was known holds. */
export type DriftFinding = Pick<DriftEpisode, "resource" | "drift" | "cause"> & {
  readonly fields: DriftEpisode["fields"] | undefined;
};

export interface RecordStep {
  readonly record: DriftRecord;
  readonly ended: readonly EndedEpisode[];
}

/**
 * The record after a comparison that found `findings` and nothing else: new episodes begin, those without a finding end. An episode keeps its
 * onset and, once known, its cause. A difference that git itself made and a sync took away again is no news: it is not kept when it ends.
 */
export function nextRecord(before: DriftRecord, findings: readonly DriftFinding[], nowMs: number): RecordStep {
  const known = new Map(before.open.map((episode) => [episode.resource, episode]));
  const found = new Set(findings.map(({ resource }) => resource));
  const open = findings
    .map((finding) => continued(known.get(finding.resource), finding, nowMs))
    .sort((a, b) => a.onsetMs - b.onsetMs || (a.resource < b.resource ? -1 : 1));
  const ended = before.open
    .filter(({ resource }) => !found.has(resource))
    .map((episode): EndedEpisode => ({ ...episode, endedMs: nowMs }));
  const news = ended.filter(({ cause }) => cause !== "git");
  return {
    record: { open: open.slice(0, bounds.open), recent: [...news.reverse(), ...before.recent].slice(0, bounds.recent) },
    ended,
  };
}

function continued(known: DriftEpisode | undefined, finding: DriftFinding, nowMs: number): DriftEpisode {
  const fields = finding.fields ?? known?.fields ?? [];
  const isCut = finding.fields !== undefined && fields.length > bounds.fields;
  return {
    resource: finding.resource,
    drift: finding.drift,
    cause: known === undefined || known.cause === "unknown" ? finding.cause : known.cause,
    // Whole seconds, as the record is written.
    onsetMs: known?.onsetMs ?? Math.floor(nowMs / 1000) * 1000,
    lastSeenMs: nowMs,
    fields: fields.slice(0, bounds.fields),
    moreFields: isCut ? fields.length - bounds.fields : finding.fields === undefined ? (known?.moreFields ?? 0) : 0,
  };
}
