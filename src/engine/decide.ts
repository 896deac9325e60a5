import type { KubernetesObject } from "../core/manifest/object.js";
import type { Value, ValueObject } from "../core/manifest/value.js";

/** How desired and live objects are compared: argocd-cm's and the Application's rules, prepared. */
export interface Differ {
  /** `predicted` is the live object after an apply, as far as it is known. Throws where it cannot be compared. */
  compare(target: KubernetesObject | null, live: KubernetesObject | null): DiffVerdict;
  /** Whether some rule looks at who owns a field: then `live` has to come with its `managedFields`. */
  decidesByOwners(target: KubernetesObject): boolean;
  /** RespectIgnoreDifferences: the target with the live values of ignored fields. */
  applied(target: KubernetesObject, live: KubernetesObject): KubernetesObject;
}

export interface DiffVerdict {
  readonly modified: boolean;
  readonly normalizedLive?: Value;
  readonly predictedLive?: Value;
}

export interface HealthVerdict {
  readonly status: string;
  readonly message: string;
}

/** A desired object and its live one, and what the comparison found. */
export interface ComparedResource {
  /** `group/Kind/namespace/name`. */
  readonly key: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly target: KubernetesObject | null;
  readonly live: KubernetesObject | null;
  readonly verdict: DiffVerdict;
  /** "" where it does not count: hooks, ignored ones, copies that only carry someone's mark. */
  readonly status: "Synced" | "OutOfSync" | "Unknown" | "";
  readonly isHook: boolean;
  readonly isSelfTracked: boolean;
  readonly requiresPruning: boolean;
  readonly syncWave: number;
  readonly health: HealthVerdict | undefined;
}

export type { ValueObject };
