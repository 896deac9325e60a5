import type { Clock } from "../../ports/clock.js";
import { kubernetesTime } from "../application.js";
import { type ControlPlane, isClusterSecret } from "../control-plane.js";
import { guardConfigMap } from "./guard-record.js";
import { type PlanCommitContext, planCommit } from "./plan-commit.js";
import { RolloutGuard, type RolloutGuardOptions } from "./rollout-guard.js";

export interface CommitGuardOptions
  extends Omit<RolloutGuardOptions, "record" | "plan">,
    Pick<PlanCommitContext, "generate" | "render"> {
  readonly plane: ControlPlane;
  readonly clock: Clock;
}

/** The guard over the control plane's Applications and sets: a budget counts all of them, also those that other replicas work on. */
export function commitGuard({ plane, generate, render, ...options }: CommitGuardOptions): RolloutGuard {
  const { source, clock, namespace } = options;
  const guard: RolloutGuard = new RolloutGuard({
    ...options,
    record: () => plane.configMaps.get(namespace, guardConfigMap),
    plan: async (move, budgets) =>
      await planCommit(
        {
          source,
          generate,
          render,
          currentOf: (resolved) => guard.currentOf(resolved),
          applications: () => plane.applications.whole(),
          applicationSets: () => [...plane.applicationSets.values()],
          generateInput: () => ({
            clusterSecrets: [...plane.secrets.values()].filter(isClusterSecret),
            projects: new Set([...plane.projects.values()].map((project) => project.metadata.name)),
            now: kubernetesTime(clock.now()),
          }),
          pause: () => clock.sleep(0),
        },
        move,
        budgets,
      ),
  });
  return guard;
}
