import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { diffFleets } from "../../core/impact/fleet-diff.js";
import { findReasons, findSetReasons } from "../../core/impact/reasons.js";
import { diffApplicationSets } from "../../core/impact/set-diff.js";
import type { Value } from "../../core/manifest/value.js";
import type { OpenFleet } from "../fleet/open-fleet.js";
import { type FleetReport, fleetReport } from "../fleet/report/fleet-report.js";
import { addFleetOptions, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";

/** What `impact` and `diff` share: two states of one clone. */
export type RangeOptions = Omit<FleetOptions, "revision"> & {
  /** One state is compared with clusters, unless two are given. */
  readonly live?: boolean;
};

export function addRangeOptions(command: Command): Command {
  return addFleetOptions(command).option("--worktree", "compare with the files as they are now, committed or not");
}

/**
 * Runs an action with what differs between two revisions, as given: none → HEAD~1 and HEAD (with --worktree HEAD and the work tree), one → it and HEAD
 * (or the work tree), two → these. The clone is open meanwhile: what the action looks at is rendered then.
 */
export async function withComparison(
  io: CliIo,
  revisions: readonly string[],
  options: RangeOptions,
  action: (report: FleetReport) => Promise<void> | void,
): Promise<void> {
  await withFleet(io, options, async (fleet) => {
    const [from, to] = await endsOf(fleet, revisions, options);
    const before = await fleet.at(from);
    const after = await fleet.at(to);
    const changes = diffFleets(before, after, { secretKey: randomBytes(16).toString("hex") });
    const applicationSets = diffApplicationSets(before, after);
    const context = {
      changedPaths: await fleet.checkout.changedPaths(from, to),
      before,
      after,
      treeBefore: await fleet.tree(from),
      treeAfter: await fleet.tree(to),
    };
    const reasons = findReasons(changes, context);
    const setReasons = findSetReasons(applicationSets, context);
    const { budgets } = await fleet.config(from);
    const { budgets: budgetsAfter } = await fleet.config(to);
    const isWorktree = options.worktree === true;
    await action(
      fleetReport({ from, to, isWorktree, before, after, changes, reasons, applicationSets, setReasons, budgets, budgetsAfter }),
    );
  });
}

async function endsOf(
  { checkout }: OpenFleet,
  [first, second]: readonly string[],
  { worktree, live }: RangeOptions,
): Promise<readonly [from: string, to: string]> {
  if (live && second === undefined) {
    const only = worktree ? await checkout.worktree() : await checkout.resolve(first ?? "HEAD");
    return [only, only];
  }
  if (worktree) return [await checkout.resolve(first ?? "HEAD"), await checkout.worktree()];
  return [await checkout.resolve(first ?? "HEAD~1"), await checkout.resolve(second ?? "HEAD")];
}

/** The revisions that were given. */
export function given(...revisions: readonly (string | undefined)[]): readonly string[] {
  return revisions.filter((revision) => revision !== undefined);
}

/** JSON with exact big integers. */
export function asValue(value: unknown): Value {
  return value as Value;
}
