import { formatResourceKey, type KubernetesObject, resourceKeyOf } from "../manifest/object.js";
import { syncOptionValue } from "./annotations.js";
import { type DeleteHookType, hookDeletePolicies, isDeleteHook } from "./hooks.js";
import type { HealthVerdict, SyncObservations } from "./operation.js";
import { waveOf } from "./waves.js";

/** Cascading delete goes from the last wave back: the objects that are to be deleted now. */
export function nextToDelete(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const last = objects.reduce((highest, object) => Math.max(highest, waveOf(object)), Number.NEGATIVE_INFINITY);
  return objects.filter((object) => waveOf(object) === last);
}

/** `Delete=` of the object, else of the Application: "false" keeps it, "confirm" waits for approval. */
export function deleteDecision(
  object: KubernetesObject,
  options: { readonly applicationOption?: string | undefined; readonly isConfirmed: boolean },
): "delete" | "keep" | "confirm" {
  const option = syncOptionValue(object, "Delete") ?? options.applicationOption;
  if (option === "false") return "keep";
  return option === "confirm" && !options.isConfirmed ? "confirm" : "delete";
}

export type DeleteHooksStep =
  | { readonly kind: "create"; readonly hooks: readonly KubernetesObject[] }
  | { readonly kind: "wait"; readonly running: readonly KubernetesObject[] }
  /** the failed ones are deleted, so that mended hooks can run */
  | { readonly kind: "failed"; readonly hooks: readonly KubernetesObject[]; readonly message: string }
  | { readonly kind: "done" };

/** What to do next about the PreDelete or PostDelete hooks of an Application that is being deleted. */
export function stepDeleteHooks(
  type: DeleteHookType,
  context: {
    readonly targets: readonly KubernetesObject[];
    readonly lives: readonly KubernetesObject[];
    readonly namespace: string;
    readonly health: SyncObservations["health"];
  },
): DeleteHooksStep {
  const live = context.lives.filter((object) => isDeleteHook(object, type));
  const existing = new Set(live.map((object) => formatResourceKey(resourceKeyOf(object))));
  const missing = context.targets
    .filter((target) => isDeleteHook(target, type))
    .map((target) => withNamespace(target, context.namespace))
    .filter((target) => !existing.has(formatResourceKey(resourceKeyOf(target))));
  if (missing.length > 0) return { kind: "create", hooks: missing };
  const withStatus = (status: HealthVerdict["status"]) => live.filter((hook) => context.health(hook)?.status === status);
  const failed = withStatus("Degraded");
  if (failed.length > 0) {
    const names = failed.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`).join(", ");
    return { kind: "failed", hooks: failed, message: `${type} hook(s) failed: ${names}` };
  }
  const running = withStatus("Progressing");
  return running.length > 0 ? { kind: "wait", running } : { kind: "done" };
}

/** The hooks that go once all have ended, by their delete policies; none left = done. */
export function deleteHooksToRemove(
  type: DeleteHookType,
  lives: readonly KubernetesObject[],
  health: SyncObservations["health"],
): readonly KubernetesObject[] {
  const hooks = lives.filter((object) => isDeleteHook(object, type));
  const statuses = hooks.map((hook) => health(hook)?.status ?? "Healthy");
  const isFailed = statuses.includes("Degraded");
  const isHealthy = statuses.every((status) => status === "Healthy");
  return hooks.filter((hook) =>
    hookDeletePolicies(hook).some((policy) => (policy === "HookFailed" && isFailed) || (policy === "HookSucceeded" && isHealthy)),
  );
}

function withNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  if (object.metadata.namespace) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
