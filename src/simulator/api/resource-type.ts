import type { ValueObject } from "../../core/manifest/value.js";

/** A served resource at one version, as discovery announces it. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
  /** Where objects are kept: `plural.group`; the same for all versions. */
  readonly storage: string;
  readonly apiVersion: string;
  /** Present for a custom resource. */
  readonly custom?: CustomVersion;
}

/** What a CRD says about one of its versions. */
export interface CustomVersion {
  readonly crdName: string;
  readonly schema: ValueObject | undefined;
  readonly columns: readonly ValueObject[];
  readonly scale:
    | { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string }
    | undefined;
  readonly deprecated: string | undefined;
}

export const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] as const;

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The storage key of a resource: `deployments.apps`, `pods.`. */
export function storageOf(group: string, plural: string): string {
  return `${plural}.${group}`;
}
