import type { KubernetesObject } from "../../manifest/object.js";
import type { ValueObject } from "../../manifest/value.js";
import type { Cluster } from "../clusters.js";
import type { GenerateResult } from "../generate.js";
import type { ApplicationSet } from "../model/application-set.js";

export type Generated = Extract<GenerateResult, { kind: "generated" }>;

/** All that a reconcile of one ApplicationSet depends on. */
export interface ReconcileInput {
  readonly set: ApplicationSet;
  /** Undefined while the set is being deleted: nothing is generated then. */
  readonly generated: Generated | undefined;
  /** Every Application of the set's namespace, owned by the set or not. */
  readonly existing: readonly KubernetesObject[];
  readonly clusters: readonly Cluster[];
  readonly projects?: ReadonlySet<string> | undefined;
  /** RFC 3339. */
  readonly now: string;
  readonly settings?: Partial<ReconcileSettings>;
  /**
   * Writes that the API server refused, by Application name: call again with them after the creates and updates, before the deletes, so that
   * conditions and the rest of the plan tell the truth. What admission rules say is foreseen without.
   */
  readonly refusals?: ReadonlyMap<string, string>;
  /** Why a commit that would change what the set generates is held; it becomes a condition. */
  readonly rolloutHeld?: string;
  /** Newest revisions of each Application's sources, where known: in strict mode a step waits for exactly these. */
  readonly newestRevisions?: ReadonlyMap<string, readonly string[]>;
}

export interface ReconcileSettings {
  /** `compat`: exactly as Argo CD 3.5.1. `strict` (default): see README. */
  readonly mode: "strict" | "compat";
  readonly policy: string;
  /** Whether a set's own `applicationsSync` counts. */
  readonly enablePolicyOverride: boolean;
  readonly enableProgressiveSyncs: boolean;
  readonly preservedLabels: readonly string[];
  readonly preservedAnnotations: readonly string[];
  /** 0: no limit. */
  readonly maxResourcesStatusCount: number;
  /** Strict mode: deletions beyond both numbers are held until they are approved. */
  readonly deleteBudget: DeleteBudget;
}

export interface DeleteBudget {
  readonly percent: number;
  readonly count: number;
}

export const defaultReconcileSettings: ReconcileSettings = {
  mode: "strict",
  policy: "sync",
  enablePolicyOverride: true,
  enableProgressiveSyncs: true,
  preservedLabels: [],
  preservedAnnotations: [],
  maxResourcesStatusCount: 0,
  deleteBudget: { percent: 10, count: 3 },
};

/** What to write, in this order: finalizers, creates, updates, deletes, status, events. */
export interface ReconcilePlan {
  readonly creates: readonly KubernetesObject[];
  readonly updates: readonly ApplicationUpdate[];
  readonly deletes: readonly ApplicationDelete[];
  /** The set's whole status, or undefined when it stays as it is. */
  readonly status: ValueObject | undefined;
  /** The set's finalizers, or undefined when they stay as they are. */
  readonly finalizers: readonly string[] | undefined;
  /** Annotations to take off the set (a served refresh request, a used approval). */
  readonly removeAnnotations: readonly string[];
  readonly events: readonly PlannedEvent[];
  /** Applications whose status may be older than their step: they are to be looked at again, and the set after them. */
  readonly refreshes: readonly string[];
  /** 0: no timer. */
  readonly requeueAfterSeconds: number;
  /** The reconcile failed: retry with back-off. */
  readonly error: string | undefined;
  /** Deletions that wait for an approval. */
  readonly held: HeldDeletions | undefined;
  readonly renames: readonly Rename[];
}

export interface ApplicationUpdate {
  readonly name: string;
  /** JSON merge patch against the live object. */
  readonly patch: ValueObject;
  /** The live object with the patch. */
  readonly result: KubernetesObject;
}

export interface ApplicationDelete {
  readonly name: string;
  readonly uid: string | undefined;
  /** Set these finalizers first: the resources stay. */
  readonly finalizersBefore: readonly string[] | undefined;
}

export interface PlannedEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface HeldDeletions {
  /** Value of the approval annotation that lets exactly these deletions through. */
  readonly hash: string;
  readonly why: "emptyResult" | "overBudget";
  readonly names: readonly string[];
  readonly total: number;
}

/** A deleted and a created Application with the same source and destination. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}
