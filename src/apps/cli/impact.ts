import type { Command } from "commander";
import { formatError } from "../../core/errors.js";
import type { ApplicationChange } from "../../core/impact/fleet-diff.js";
import { manifestGeneratePaths } from "../../core/impact/generate-paths.js";
import { exceededBudgets, readBudgets } from "../../core/impact/guard.js";
import type { Reason } from "../../core/impact/reasons.js";
import { stringAt, type ValueObject } from "../../core/manifest/value.js";
import { configFile } from "../fleet/fleet-config.js";
import { errorText, type FleetReport, hasDifferences, summaryLine } from "../fleet/report/fleet-report.js";
import { impactJson } from "../fleet/report/json.js";
import type { CliIo } from "./io.js";
import { formatTable, outputOption, printValue } from "./output.js";
import { addRangeOptions, given, type RangeOptions, withComparison } from "./revision-range.js";

interface Options extends RangeOptions {
  readonly output: string;
  readonly guard?: boolean;
  readonly emitPaths?: boolean;
}

/** `fleetwright impact [REV_A] [REV_B]`: which Applications a change touches, and why. Exit code 1 when one differs. */
export function registerImpact(program: Command, io: CliIo): void {
  addRangeOptions(
    program.command("impact [revA] [revB]").description("which ApplicationSets and Applications a change touches, and why"),
  )
    .addOption(outputOption(["table", "name", "json"]))
    .option(
      "--guard",
      "hold it against the budgets of fleetwright.yaml at the first revision: exit code 1 only when one is exceeded",
    )
    .option("--emit-paths", "print the manifest-generate-paths annotation of every Application at the second revision")
    .action((revA: string | undefined, revB: string | undefined, options: Options) =>
      withComparison(io, given(revA, revB), options, (report) => {
        if (options.emitPaths) {
          const paths = [...report.after.applications.values()].map(
            (application) => [application.name, manifestGeneratePaths(application)] as const,
          );
          if (options.output === "json") printValue(io, Object.fromEntries(paths), "json");
          else
            for (const [name, value] of paths)
              io.out(`${name}  argocd.argoproj.io/manifest-generate-paths: ${JSON.stringify(value)}\n`);
          return;
        }
        // A change that misspells a budget would leave the next one unguarded.
        if (options.guard) readBudgets(report.budgetsAfter, configFile);
        const over = options.guard ? exceededBudgets(report.changes, readBudgets(report.budgets, configFile)) : undefined;
        if (options.output === "json")
          printValue(io, { ...(impactJson(report) as object), ...(over ? { overBudget: over } : {}) }, "json");
        else if (options.output === "name") io.out(report.changes.map((change) => `${change.name}\n`).join(""));
        else {
          io.out(tables(report));
          for (const problem of report.problems) io.err(`${problem}\n`);
          io.out(`${summaryLine(report)}\n`);
        }
        for (const { budget, limit, max, found, examples } of over ?? [])
          io.err(`over budget: ${budget}: ${limit} is ${found}, at most ${max} is allowed (${firstOf(examples)})\n`);
        io.setExitCode((over ? over.length > 0 : hasDifferences(report)) ? 1 : 0);
      }),
    );
}

const examplesShown = 6;

/** Names of Applications and URLs of clusters, as they are. */
function firstOf(examples: readonly string[]): string {
  const more = examples.length - examplesShown;
  return `${examples.slice(0, examplesShown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What is touched and why: Applications, then the sets that make them. */
function tables(report: FleetReport): string {
  const applications = report.changes.map((change) => [
    change.name,
    change.movedFrom ? `${change.effect}, moves from ${placeOf(change.movedFrom)}` : words[change.effect],
    change.error ? errorText(report, change) : why(report.reasons.get(change.key)),
  ]);
  const sets = report.applicationSets.map(({ key, effect, added, removed, errors }) => [
    key.slice(key.indexOf("/") + 1),
    [
      words[effect],
      ...(added.length > 0 ? [`+${added.length}`] : []),
      ...(removed.length > 0 ? [`-${removed.length}`] : []),
    ].join(" "),
    errors[0] ? formatError(errors[0]) : why(report.setReasons.get(key)),
  ]);
  return [
    applications.length > 0 ? `${formatTable(["APPLICATION", "EFFECT", "WHY"], applications)}\n` : "",
    sets.length > 0 ? `${formatTable(["APPLICATIONSET", "EFFECT", "WHY"], sets)}\n` : "",
  ].join("");
}

const words = {
  added: "added",
  removed: "removed",
  changed: "changed",
  unchanged: "touched, no effect",
  error: "error",
} as const satisfies Record<ApplicationChange["effect"], string>;

function placeOf(destination: ValueObject): string {
  return `${stringAt(destination, "name") || stringAt(destination, "server")}/${stringAt(destination, "namespace")}`;
}

function why([reason, ...more]: readonly Reason[] = []): string {
  if (!reason) return "";
  const files = more.length === 1 ? "1 more file" : `${more.length} more files`;
  return [reason.path, ...reason.through].join(" → ") + (more.length > 0 ? ` (and ${files})` : "");
}
