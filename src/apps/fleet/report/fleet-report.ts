import { formatError } from "../../../core/errors.js";
import type { ApplicationChange } from "../../../core/impact/fleet-diff.js";
import type { FleetState } from "../../../core/impact/fleet-state.js";
import { type FoldedChange, foldChanges } from "../../../core/impact/fold.js";
import type { Reason } from "../../../core/impact/reasons.js";
import type { ResourceChange } from "../../../core/impact/resource-change.js";
import { type ApplicationSetChange, diffApplicationSets } from "../../../core/impact/set-diff.js";
import type { ValueObject } from "../../../core/manifest/value.js";

/** What a sync would change in the clusters, by Application. */
export interface LiveReport {
  readonly compared: number;
  readonly changes: ReadonlyMap<string, readonly ResourceChange[]>;
  readonly errors: readonly { readonly application: string; readonly message: string }[];
}

/** All that a report of two revisions may say; each output format prints the same. */
export interface FleetReport {
  readonly from: string;
  readonly to: string;
  /** `to` is the tree of files that may not be committed. */
  readonly isWorktree: boolean;
  readonly changes: readonly ApplicationChange[];
  readonly folded: readonly FoldedChange[];
  readonly reasons: ReadonlyMap<string, readonly Reason[]>;
  /** Findings about no single Application, at `to`. */
  readonly problems: readonly string[];
  readonly applicationSets: readonly ApplicationSetChange[];
  readonly setReasons: ReadonlyMap<string, readonly Reason[]>;
  readonly applicationCount: number;
  /** Set where clusters were asked too. */
  readonly live?: LiveReport;
  /** The fleet at `to`. */
  readonly after: FleetState;
  /** As `fleetwright.yaml` has them at `from`: a change cannot raise its own budget. */
  readonly budgets: readonly ValueObject[];
  /** The same at `to`. */
  readonly budgetsAfter: readonly ValueObject[];
}

export function fleetReport(input: {
  readonly from: string;
  readonly to: string;
  readonly isWorktree?: boolean;
  readonly before: FleetState;
  readonly after: FleetState;
  readonly changes: readonly ApplicationChange[];
  readonly reasons: ReadonlyMap<string, readonly Reason[]>;
  readonly applicationSets?: readonly ApplicationSetChange[];
  readonly setReasons?: ReadonlyMap<string, readonly Reason[]>;
  readonly budgets?: readonly ValueObject[];
  readonly budgetsAfter?: readonly ValueObject[];
}): FleetReport {
  const { before, after, changes } = input;
  const touched = changes.filter((change) => change.effect !== "unchanged");
  return {
    from: input.from,
    to: input.to,
    isWorktree: input.isWorktree === true,
    changes,
    reasons: input.reasons,
    folded: foldChanges(
      new Map(touched.filter((change) => change.effect === "changed").map((change) => [change.key, change.resources])),
    ),
    problems: after.problems.map(({ error }) => formatError(error)),
    applicationSets: input.applicationSets ?? diffApplicationSets(before, after),
    setReasons: input.setReasons ?? new Map(),
    applicationCount: after.applications.size,
    after,
    budgets: input.budgets ?? [],
    budgetsAfter: input.budgetsAfter ?? [],
  };
}

/** What is wrong with an Application, and at which revision. */
export function errorText(report: FleetReport, change: ApplicationChange): string {
  const side = change.errorAt === "before" ? "from" : "to";
  return `${isWorktree(report, side) ? "in" : "at"} ${endName(report, side)}: ${formatError(change.error)}`;
}

/** What a person knows a side by: a short commit id, or `the work tree`. */
export function endName(report: FleetReport, side: "from" | "to"): string {
  return isWorktree(report, side) ? "the work tree" : report[side].slice(0, 10);
}

/** Both sides are, where only the inventory differs. */
function isWorktree(report: FleetReport, side: "from" | "to"): boolean {
  return report.isWorktree && report[side] === report.to;
}

/** How many Applications there are of each effect. */
export function countEffects(report: FleetReport): Readonly<Record<ApplicationChange["effect"], number>> {
  const counts = { added: 0, removed: 0, changed: 0, unchanged: 0, error: 0 };
  for (const change of report.changes) counts[change.effect]++;
  return counts;
}

/** Whether anything would be different in a cluster. */
export function hasDifferences(report: FleetReport): boolean {
  return report.changes.some((change) => change.effect !== "unchanged") || (report.live?.changes.size ?? 0) > 0;
}

/** `3 of 360 Applications are not as their clusters have them` */
export function liveLine({ compared, changes, errors }: LiveReport): string {
  const failed = errors.length > 0 ? `, ${errors.length} could not be compared` : "";
  return `${changes.size} of ${compared} Applications differ from their clusters${failed}`;
}

/** `12 changed, 1 added, 3 touched without effect; 360 Applications` */
export function summaryLine(report: FleetReport): string {
  const counts = countEffects(report);
  const words = {
    changed: "changed",
    added: "added",
    removed: "removed",
    error: "cannot be rendered",
    unchanged: "touched without effect",
  } as const;
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .filter((effect) => counts[effect] > 0)
    .map((effect) => `${counts[effect]} ${words[effect]}`);
  return `${parts.length > 0 ? parts.join(", ") : "no Application is touched"}; ${report.applicationCount} Applications in all`;
}
