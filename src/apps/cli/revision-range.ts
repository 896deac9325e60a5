import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { diffFleets } from "../../core/impact/fleet-diff.js";
import { findReasons } from "../../core/impact/reasons.js";
import type { Value } from "../../core/manifest/value.js";
import { type OpenFleet, openFleet } from "../fleet/open-fleet.js";
import { type FleetReport, fleetReport } from "../fleet/report/fleet-report.js";
import { addFleetOptions, type FleetOptions } from "./fleet-options.js";
import type { CliIo } from "./io.js";

/** What `impact` and `diff` share: two states of one clone. */
export type RangeOptions = Omit<FleetOptions, "revision">;

export function addRangeOptions(command: Command): Command {
  return addFleetOptions(command).option("--worktree", "compare with the files as they are now, committed or not");
}

/**
 * Two revisions, as given: none → HEAD~1 and HEAD (with --worktree HEAD and the work tree), one → it and HEAD (or the work tree), two → these.
 */
export async function compareRevisions(io: CliIo, revisions: readonly string[], options: RangeOptions): Promise<FleetReport> {
  const fleet = await openFleet({
    directory: options.checkout ?? io.cwd,
    repos: options.repo,
    note: (text) => io.err(`${text}\n`),
    env: io.env,
  });
  try {
    const [from, to] = await endsOf(fleet, revisions, options.worktree === true);
    const before = await fleet.at(from);
    const after = await fleet.at(to);
    const changes = diffFleets(before, after, { secretKey: randomBytes(16).toString("hex") });
    const reasons = findReasons(changes, {
      changedPaths: await fleet.checkout.changedPaths(from, to),
      before,
      after,
      treeBefore: await fleet.tree(from),
      treeAfter: await fleet.tree(to),
    });
    const { budgets } = await fleet.config(from);
    return fleetReport({ from, to, before, after, changes, reasons, budgets });
  } finally {
    fleet.close();
  }
}

async function endsOf(
  fleet: OpenFleet,
  revisions: readonly string[],
  isWorktree: boolean,
): Promise<readonly [from: string, to: string]> {
  const { checkout } = fleet;
  const [first, second] = revisions;
  if (isWorktree) return [await checkout.resolve(first ?? "HEAD"), await checkout.worktree()];
  return [await checkout.resolve(first ?? "HEAD~1"), await checkout.resolve(second ?? "HEAD")];
}

/** JSON with exact big integers. */
export function asValue(value: unknown): Value {
  return value as Value;
}
