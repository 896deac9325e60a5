import type { Value } from "../../../core/manifest/value.js";

/** One thing that Argo CD and Fleetwright do not say alike. */
export interface ShadowDifference {
  readonly kind:
    | "application-missing"
    | "application-extra"
    | "application-field"
    | "generator-error"
    | "render-error"
    | "source-type"
    | "resource-missing"
    | "resource-extra"
    | "sync-status"
    | "health-status";
  /** `namespace/name` of the Application, or of the ApplicationSet for a generator's error. */
  readonly subject: string;
  /** `group/Kind/namespace/name`, for what is about one resource. */
  readonly resource?: string;
  /** The path of an Application's field. */
  readonly field?: string;
  readonly argo: Value;
  readonly fleetwright: Value;
  readonly reason: string;
}

/** What was compared, what differs, and what could not be compared. */
export interface ShadowReport {
  readonly applicationSets: number;
  readonly applications: number;
  readonly resources: number;
  readonly differences: readonly ShadowDifference[];
  readonly errors: readonly { readonly subject: string; readonly message: string }[];
}
