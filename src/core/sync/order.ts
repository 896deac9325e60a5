import { kindsInOrder } from "../manifest/kinds-in-order.js";
import { asValue, type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { objectAt, stringAt } from "../manifest/value.js";
import type { SyncPhase } from "./hooks.js";
import { objectOf, type SyncTask, taskWave } from "./task.js";

const phaseOrder: Readonly<Record<SyncPhase, number>> = { PreSync: -1, Sync: 0, PostSync: 1, SyncFail: 2 };

// A kind that is not listed comes after all of these.
const kindOrder: ReadonlyMap<string, number> = new Map(kindsInOrder.map((kind, index) => [kind, index]));

/** Phase, wave, kind, name; then namespaces and CRDs are moved before the first object that needs them. */
export function orderTasks(tasks: readonly SyncTask[]): SyncTask[] {
  const waves = new Map(tasks.map((task) => [task, taskWave(task)]));
  const ordered = [...tasks].sort((a, b) => {
    const byPhase = phaseOrder[a.phase] - phaseOrder[b.phase];
    if (byPhase !== 0) return byPhase;
    const byWave = (waves.get(a) ?? 0) - (waves.get(b) ?? 0);
    if (byWave !== 0) return byWave;
    const [left, right] = [objectOf(a), objectOf(b)];
    const byKind = kindRank(left.kind) - kindRank(right.kind);
    if (byKind !== 0) return byKind;
    return compareText(left.metadata.name ?? "", right.metadata.name ?? "");
  });
  bubbleUp(ordered, providedNamespace, (object) => object.metadata.namespace || undefined);
  bubbleUp(ordered, providedKind, (object) => `${splitApiVersion(object.apiVersion).group}/${object.kind}`);
  return ordered;
}

export function isCustomResourceDefinition(object: KubernetesObject | null): boolean {
  return (
    object !== null &&
    object.kind === "CustomResourceDefinition" &&
    splitApiVersion(object.apiVersion).group === "apiextensions.k8s.io"
  );
}

/** `group/Kind` that a CRD brings, or undefined for anything else. */
export function providedKind(object: KubernetesObject): string | undefined {
  if (!isCustomResourceDefinition(object)) return undefined;
  const spec = objectAt(asValue(object), "spec");
  const names = objectAt(spec, "names");
  if (typeof spec["group"] !== "string" || typeof names["kind"] !== "string") return undefined;
  return `${stringAt(spec, "group")}/${stringAt(names, "kind")}`;
}

function providedNamespace(object: KubernetesObject): string | undefined {
  return object.kind === "Namespace" && splitApiVersion(object.apiVersion).group === "" ? object.metadata.name : undefined;
}

/** Moves each provider before its first user, into that user's phase and wave. */
function bubbleUp(
  tasks: SyncTask[],
  provides: (object: KubernetesObject) => string | undefined,
  needs: (object: KubernetesObject) => string | undefined,
): void {
  const firstUser = new Map<string, number>();
  for (const [index, task] of tasks.entries()) {
    if (!task.target) continue;
    const provided = provides(task.target);
    if (provided !== undefined) {
      const user = firstUser.get(provided);
      const userTask = user === undefined ? undefined : tasks[user];
      if (user === undefined || !userTask) continue;
      task.waveOverride = taskWave(userTask);
      task.phase = userTask.phase;
      tasks.splice(index, 1);
      tasks.splice(user, 0, task);
      for (const [need, at] of firstUser) if (at >= user) firstUser.set(need, at + 1);
      continue;
    }
    const needed = needs(task.target);
    if (needed !== undefined && !firstUser.has(needed)) firstUser.set(needed, index);
  }
}

function kindRank(kind: string): number {
  return kindOrder.get(kind) ?? kindsInOrder.length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
