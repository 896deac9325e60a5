import type { KubernetesObject } from "../manifest/object.js";
import type { HookType, SyncPhase } from "./hooks.js";

export type OperationPhase = "Running" | "Terminating" | "Failed" | "Error" | "Succeeded";
export type ResultCode = "Synced" | "SyncFailed" | "Pruned" | "PruneSkipped";

/** One line of `status.operationState.syncResult.resources`; "" = not known yet. */
export interface ResourceResult {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly syncPhase: SyncPhase;
  readonly status: ResultCode | "";
  readonly hookType?: HookType;
  readonly hookPhase: OperationPhase | "";
  readonly message: string;
  readonly images?: readonly string[];
}

/** A hook that was about to be created; kept so that a killed controller never runs it twice. */
export interface HookIntent {
  /** key of the result: `group/Kind/namespace/name:Phase` */
  readonly key: string;
  /** uid of the object that stood there before, "" = none */
  readonly replaces: string;
}

/** Everything a sync needs to go on after a restart, next to the operation itself. */
export interface SyncProgress {
  readonly phase: OperationPhase;
  readonly message: string;
  /** in the order in which they were first touched */
  readonly resources: readonly ResourceResult[];
  readonly intents?: readonly HookIntent[];
}

export interface SelectedResource {
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** `operation.sync` of an Application, as far as the plan depends on it. */
export interface SyncOperation {
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  /** `syncStrategy.apply.force` or `syncStrategy.hook.force` */
  readonly force?: boolean;
  /** `syncStrategy.apply`: no hooks */
  readonly skipHooks?: boolean;
  readonly syncOptions?: readonly string[];
  readonly resources?: readonly SelectedResource[];
}

export type PropagationPolicy = "Foreground" | "Background" | "Orphan";

export interface SyncSettings {
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly skipHooks: boolean;
  readonly replace: boolean;
  readonly serverSideApply: boolean;
  readonly clientSideApplyMigration: boolean;
  readonly validate: boolean;
  readonly pruneLast: boolean;
  readonly applyOutOfSyncOnly: boolean;
  readonly skipDryRunOnMissingResource: boolean;
  readonly createNamespace: boolean;
  readonly respectIgnoreDifferences: boolean;
  readonly failOnSharedResource: boolean;
  /** `Prune=` of the Application: "false", "confirm", … */
  readonly pruneOption: string | undefined;
  readonly propagationPolicy: PropagationPolicy;
}

/** The operation's options in the form the planner works with; of two `Name=value` the first counts. */
export function syncSettings(operation: SyncOperation): SyncSettings {
  const options = operation.syncOptions ?? [];
  const has = (option: string) => options.includes(option);
  const optionValue = (name: string) => options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    prune: operation.prune ?? false,
    dryRun: operation.dryRun ?? false,
    force: operation.force ?? false,
    skipHooks: (operation.skipHooks ?? false) || (operation.resources?.length ?? 0) > 0,
    replace: has("Replace=true"),
    serverSideApply: has("ServerSideApply=true"),
    clientSideApplyMigration: !has("ClientSideApplyMigration=false"),
    validate: !has("Validate=false"),
    pruneLast: has("PruneLast=true"),
    applyOutOfSyncOnly: has("ApplyOutOfSyncOnly=true"),
    skipDryRunOnMissingResource: has("SkipDryRunOnMissingResource=true"),
    createNamespace: has("CreateNamespace=true"),
    respectIgnoreDifferences: has("RespectIgnoreDifferences=true"),
    failOnSharedResource: has("FailOnSharedResource=true"),
    pruneOption: optionValue("Prune"),
    propagationPolicy: propagationPolicy(options),
  };
}

// Argo CD asks for background first, then foreground, then orphan.
function propagationPolicy(options: readonly string[]): PropagationPolicy {
  if (options.includes("PrunePropagationPolicy=background")) return "Background";
  if (options.includes("PrunePropagationPolicy=foreground")) return "Foreground";
  return options.includes("PrunePropagationPolicy=orphan") ? "Orphan" : "Foreground";
}

/** Whether a selective sync names the resource; an empty namespace names all. */
export function isSelected(
  key: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string },
  selected: readonly SelectedResource[],
): boolean {
  return selected.some(
    (one) =>
      one.name === key.name &&
      one.kind === key.kind &&
      (one.group ?? "") === key.group &&
      (!one.namespace || one.namespace === key.namespace),
  );
}

export interface HealthVerdict {
  readonly status: "Healthy" | "Progressing" | "Degraded" | "Suspended" | "Missing" | "Unknown";
  readonly message?: string;
}

/** What the step may ask of the world, answered from memory: pure functions of what was observed before the step. */
export interface SyncObservations {
  /** health of a live object; null = its kind has no check; throws = the check failed */
  readonly health: (live: KubernetesObject) => HealthVerdict | null;
  /** discovery for a kind */
  readonly scope: (apiVersion: string, kind: string) => Discovered;
  /** why the project forbids the object, or undefined */
  readonly forbidden?: (object: KubernetesObject, namespaced: boolean) => string | undefined;
  /** diff verdict, for ApplyOutOfSyncOnly; undefined = not compared */
  readonly isModified?: (key: string) => boolean | undefined;
  /** the destination namespace in the cluster, for CreateNamespace; a string is the error of the read */
  readonly liveNamespace?: KubernetesObject | null | string;
}

export type Discovered =
  | { readonly kind: "found"; readonly namespaced: boolean }
  | { readonly kind: "missing"; readonly error: string }
  | { readonly kind: "failed"; readonly error: string };
