import type { KubernetesObject } from "../core/manifest/object.js";
import type { Value, ValueObject } from "../core/manifest/value.js";

/** How desired and live objects are compared: argocd-cm's and the Application's rules, prepared. */
export interface Differ {
  /** The same object for equal rules, so that verdicts can be remembered. */
  readonly rules: object;
  /** `dryRun` is what the server answered where `dryRunOf` wanted that. Throws where it cannot be compared. */
  compare(target: KubernetesObject | null, live: KubernetesObject | null, dryRun?: KubernetesObject): DiffVerdict;
  /** What is to be applied in a server-side dry run before the two can be compared (ServerSideDiff); undefined: nothing. */
  dryRunOf(target: KubernetesObject, live: KubernetesObject): KubernetesObject | undefined;
  /** Whether the comparison looks at who owns a field: then `live` has to come with its `managedFields`. */
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
