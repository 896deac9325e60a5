import { isDeepStrictEqual } from "node:util";
import { formatResourceKey, type KubernetesObject, resourceKeyOf } from "#src/core/manifest/object.js";
import type { SyncProgress } from "#src/core/sync/operation.js";
import { isSelected, type SyncOperation, syncSettings } from "#src/core/sync/operation.js";
import { planSync, type SyncInput, type SyncPlan } from "#src/core/sync/plan.js";
import { partitionTargets, reconcile } from "#src/core/sync/reconcile.js";
import { stepSync } from "#src/core/sync/step.js";
import { isHookTask, isPrune, objectOf, taskWave } from "#src/core/sync/task.js";
import type { Area } from "./areas.js";
import { readCases } from "./jsonl.js";
import { type CallRecord, type ClusterScript, ScriptedCluster } from "./sync-cluster.js";

interface SyncCase {
  readonly id: string;
  readonly input: ClusterScript & {
    readonly namespace: string;
    readonly targets?: readonly KubernetesObject[] | null;
    readonly operation?: SyncOperation;
    readonly notPermitted?: { readonly [kind: string]: string };
    readonly modified?: { readonly [key: string]: boolean };
    readonly managedNamespaceMetadata?: SyncInput["managedNamespaceMetadata"];
    readonly deletionConfirmedAtStep?: number;
    readonly terminateAtStep?: number;
    readonly events?: readonly { readonly beforeStep: number; readonly delete?: string; readonly set?: KubernetesObject }[];
    readonly maxSteps?: number;
  };
  readonly expected: {
    readonly plan?: unknown;
    readonly steps: readonly unknown[];
    readonly finalLive?: readonly string[] | null;
    readonly preDeleteHooks?: readonly string[];
    readonly postDeleteHooks?: readonly string[];
  };
}

interface StepRecord {
  readonly step: number;
  readonly phase: string;
  readonly message: string;
  readonly results: { readonly [key: string]: unknown };
  readonly ops: readonly CallRecord[] | null;
  readonly waveHooks?: readonly string[];
  readonly terminate?: true;
}

/** Runs the planner and stepper over the sync corpus, against a cluster that is scripted as its README says. */
export const sync: Area = async (folder, options) => {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const one of readCases<SyncCase>(folder, options)) {
    const why = difference(one);
    if (why === undefined) passed++;
    else failures.push({ id: one.id, why });
  }
  return { passed, failures, skipped: new Map() };
};

function difference(one: SyncCase): string | undefined {
  const { expected } = one;
  let actual: ReturnType<typeof play>;
  try {
    actual = play(one);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const pairs: [string, unknown, unknown][] = [["plan", actual.plan, expected.plan]];
  expected.steps.forEach((step, index) => {
    pairs.push([`step ${index + 1}`, actual.steps[index], step]);
  });
  pairs.push(["number of steps", actual.steps.length, expected.steps.length]);
  pairs.push(["finalLive", actual.finalLive, expected.finalLive]);
  pairs.push(["preDeleteHooks", actual.preDeleteHooks, expected.preDeleteHooks]);
  pairs.push(["postDeleteHooks", actual.postDeleteHooks, expected.postDeleteHooks]);
  const wrong = pairs.find(([, got, want]) => !isDeepStrictEqual(got, want));
  return wrong && `${wrong[0]}: got ${JSON.stringify(wrong[1])}, want ${JSON.stringify(wrong[2])}`;
}

function play({ input }: SyncCase) {
  const cluster = new ScriptedCluster(input);
  const targets = partitionTargets(input.targets ?? []);
  const keysOf = (hooks: readonly KubernetesObject[]) =>
    hooks.length > 0 ? hooks.map((hook) => cluster.keyOf(hook)).sort() : undefined;
  let progress: SyncProgress = { phase: "Running", message: "", resources: [] };
  const steps: StepRecord[] = [];
  let plan: unknown;
  let equalSteps = 0;
  for (let step = 1; step <= (input.maxSteps ?? 40); step++) {
    for (const event of input.events ?? []) {
      if (event.beforeStep !== step) continue;
      if (event.delete !== undefined) cluster.remove(event.delete);
      if (event.set) cluster.set(event.set);
    }
    cluster.beginStep(step);
    const isTerminating = input.terminateAtStep === step;
    if (isTerminating) progress = { ...progress, phase: "Terminating" };
    const stepInput = inputOf(input, { cluster, targets: targets.sync, progress, step });
    if (step === 1) plan = planRecord(planSync(stepInput));
    const waveHooks: string[] = [];
    const stepping = stepSync(stepInput);
    let turn = stepping.next();
    while (!turn.done) {
      if (turn.value.kind === "requests") turn = stepping.next(cluster.answer(turn.value.requests));
      else {
        waveHooks.push(`${turn.value.phase}/${turn.value.wave} final=${turn.value.isFinal}`);
        turn = stepping.next([]);
      }
    }
    progress = turn.value;
    const calls = cluster.takeCalls();
    const record: StepRecord = {
      step,
      phase: progress.phase,
      message: progress.message,
      results: resultRecords(progress),
      ops: calls.length > 0 ? calls : null,
      ...(waveHooks.length > 0 ? { waveHooks } : {}),
      ...(isTerminating ? { terminate: true } : {}),
    };
    const previous = steps.at(-1);
    steps.push(record);
    if (progress.phase !== "Running") break;
    // A sync that waits forever ends after five steps that look alike, the last four without calls.
    equalSteps = previous?.message === record.message && record.ops === null ? equalSteps + 1 : 0;
    if (equalSteps >= 4) break;
  }
  const live = cluster.keys();
  return {
    plan,
    steps,
    finalLive: live.length > 0 ? live : null,
    preDeleteHooks: keysOf(targets.preDelete),
    postDeleteHooks: keysOf(targets.postDelete),
  };
}

function inputOf(
  input: SyncCase["input"],
  at: {
    readonly cluster: ScriptedCluster;
    readonly targets: readonly KubernetesObject[];
    readonly progress: SyncProgress;
    readonly step: number;
  },
): SyncInput {
  const { cluster } = at;
  const operation = input.operation ?? {};
  const { pairs, hooks } = reconcile(at.targets, cluster.managed(at.targets), {
    namespace: input.namespace,
    isNamespaced: (group, kind) => cluster.isNamespaced(group, kind),
  });
  const selected = operation.resources ?? [];
  return {
    namespace: input.namespace,
    revision: "0123456789abcdef0123456789abcdef01234567",
    startedAtSeconds: 1_700_000_000,
    pairs,
    hooks,
    settings: syncSettings(operation),
    includes: ({ target, live }) => {
      const object = live ?? target;
      return selected.length === 0 || (object !== null && isSelected(resourceKeyOf(object), selected));
    },
    managedNamespaceMetadata: input.managedNamespaceMetadata ?? null,
    isPruneConfirmed: input.deletionConfirmedAtStep !== undefined && at.step >= input.deletionConfirmedAtStep,
    progress: at.progress,
    observed: {
      health: (live) => cluster.health(live),
      scope: (apiVersion, kind) => cluster.scope(apiVersion, kind),
      forbidden: (object) => input.notPermitted?.[object.kind],
      isModified: (key) => input.modified?.[key] ?? false,
      liveNamespace: cluster.get(formatResourceKey({ group: "", kind: "Namespace", namespace: "", name: input.namespace })),
    },
  };
}

function planRecord(plan: SyncPlan): unknown {
  const tasks = plan.tasks.map((task) => {
    const object = objectOf(task);
    const { group, kind, namespace, name } = resourceKeyOf(object);
    return {
      phase: task.phase,
      wave: taskWave(task),
      group,
      kind,
      namespace,
      name,
      hook: isHookTask(task),
      action: isPrune(task) ? "prune" : task.live ? "apply" : "create",
      ...(task.skipDryRun ? { skipDryRun: true } : {}),
    };
  });
  return { valid: plan.isValid, tasks: tasks.length > 0 ? tasks : null };
}

function resultRecords(progress: SyncProgress): { readonly [key: string]: unknown } {
  return Object.fromEntries(
    progress.resources.map((one) => {
      const record = {
        status: one.status,
        hookPhase: one.hookPhase,
        message: one.message,
        ...(one.hookType ? { hookType: one.hookType } : {}),
      };
      return [`${one.group}/${one.kind}/${one.namespace}/${one.name}:${one.syncPhase}`, record];
    }),
  );
}
