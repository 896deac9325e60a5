/** Who last wrote a field, as `metadata.managedFields` says; the time is that of the manager's last write to any of its fields. */
export interface FieldActor {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  /** RFC 3339 */
  readonly time?: string;
  readonly subresource?: string;
}

/** A field that differs; `by` is "unknown" where Kubernetes does not say, for example for a field that was removed. */
export interface DriftedField {
  readonly path: string;
  readonly by: FieldActor | "unknown";
}

/** `changed`: both sides exist; `missing`: not in the cluster; `extra`: not in git. */
export type DriftKind = "changed" | "missing" | "extra";
/** Which side moved. */
export type DriftCause = "git" | "cluster" | "unknown";

/** The time from a resource's first difference to its last, however often the difference itself changed in between. */
export interface DriftEpisode {
  /** `group/Kind/namespace/name` */
  readonly resource: string;
  readonly drift: DriftKind;
  readonly cause: DriftCause;
  readonly onsetMs: number;
  readonly lastSeenMs: number;
  readonly fields: readonly DriftedField[];
  /** Fields beyond the bound. */
  readonly moreFields: number;
}

export interface EndedEpisode extends DriftEpisode {
  readonly endedMs: number;
}

/** The memory of one Application, bounded. */
export interface DriftRecord {
  /** The oldest first. */
  readonly open: readonly DriftEpisode[];
  /** Ended episodes that the cluster began, the newest first. */
  readonly recent: readonly EndedEpisode[];
}

export const emptyRecord: DriftRecord = { open: [], recent: [] };

export const bounds = { open: 50, fields: 12, recent: 10, text: 160, bytes: 16 * 1024 } as const;
