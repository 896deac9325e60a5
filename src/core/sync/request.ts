import type { KubernetesObject } from "../manifest/object.js";
import type { SyncPhase } from "./hooks.js";
import type { PropagationPolicy, SyncProgress } from "./operation.js";

/** One call on the destination cluster. `dryRun` validates only (Argo CD: a client-side dry run). */
export type SyncRequest =
  | {
      readonly op: "apply";
      readonly target: KubernetesObject;
      readonly live: KubernetesObject | null;
      readonly dryRun: boolean;
      readonly force: boolean;
      readonly validate: boolean;
      readonly serverSideApply: boolean;
    }
  | {
      readonly op: "create";
      readonly target: KubernetesObject;
      readonly dryRun: boolean;
      readonly validate: boolean;
    }
  | {
      readonly op: "replace";
      readonly target: KubernetesObject;
      readonly live: KubernetesObject | null;
      readonly dryRun: boolean;
      /** delete and create anew where the replacement is refused */
      readonly force: boolean;
    }
  | { readonly op: "update"; readonly target: KubernetesObject; readonly dryRun: boolean }
  | { readonly op: "delete"; readonly live: KubernetesObject; readonly propagationPolicy: PropagationPolicy }
  /** PUT of the live object with other finalizers */
  | { readonly op: "updateFinalizers"; readonly live: KubernetesObject }
  | { readonly op: "get"; readonly object: KubernetesObject }
  /** moves the fields of a client-side manager to the server-side one; see apply-plan.ts */
  | { readonly op: "migrateManagedFields"; readonly live: KubernetesObject; readonly manager: string }
  /** wait (up to 3 s) until the CRD is established */
  | { readonly op: "awaitEstablished"; readonly target: KubernetesObject };

/** What came of a request: `message` is shown to users ("deployment.apps/web configured"). */
export type SyncReply =
  | { readonly ok: true; readonly message?: string; readonly object?: KubernetesObject | null }
  | { readonly ok: false; readonly error: string; readonly reason?: "not-found" | "conflict" };

/**
 * What the step needs next. The requests of one turn may run side by side; the replies go back in their order.
 * `progress` is the operation as it stands before the turn: write it first, then a killed controller resumes exactly here.
 */
export type SyncTurn =
  | { readonly kind: "requests"; readonly requests: readonly SyncRequest[]; readonly progress: SyncProgress }
  | {
      readonly kind: "wave-end";
      readonly phase: SyncPhase;
      readonly wave: number;
      /** no further wave follows: no need to give other controllers time to react */
      readonly isFinal: boolean;
      readonly progress: SyncProgress;
    };
