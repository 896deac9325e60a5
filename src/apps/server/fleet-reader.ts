import type { KubernetesObject, ResourceKey } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";

/** What the page may read; values of Secrets are already masked. */
export interface FleetReader {
  applications(): readonly KubernetesObject[];
  application(namespace: string, name: string): KubernetesObject | undefined;
  /** Calls `listener` after each change of an Application; returns how to stop. */
  onChange(listener: (application: KubernetesObject, change: "changed" | "deleted") => void): () => void;
  /** What git wants and what the cluster has of one resource, or undefined where nothing is known of it. */
  compared(namespace: string, name: string, key: ResourceKey): Promise<ComparedResource | undefined>;
}

export interface ComparedResource {
  readonly target: Value;
  readonly live: Value;
  readonly modified: boolean;
}
