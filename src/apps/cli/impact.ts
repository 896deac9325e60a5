import type { Command } from "commander";
import { emitJson } from "../../core/yaml/json.js";
import { hasDifferences, summaryLine } from "../fleet/report/fleet-report.js";
import { impactJson } from "../fleet/report/json.js";
import { type CliIo, guarded } from "./io.js";
import { formatTable, outputOption } from "./output.js";
import { addRangeOptions, asValue, compareRevisions, type RangeOptions } from "./revision-range.js";

/** `fleetwright impact [REV_A] [REV_B]`: which Applications a change touches, and why. Exit code 1 when one differs. */
export function registerImpact(program: Command, io: CliIo): void {
  addRangeOptions(
    program.command("impact [revA] [revB]").description("which ApplicationSets and Applications a change touches, and why"),
  )
    .addOption(outputOption(["table", "name", "json"]))
    .action((revA: string | undefined, revB: string | undefined, options: RangeOptions & { readonly output: string }) =>
      guarded(io, async () => {
        const revisions = [revA, revB].filter((revision) => revision !== undefined);
        const report = await compareRevisions(io, revisions, options);
        if (options.output === "json")
          io.out(`${emitJson(asValue(impactJson(report)), { indent: 2, sortKeys: false, escapeHtml: false })}\n`);
        else if (options.output === "name") io.out(report.changes.map((change) => `${change.name}\n`).join(""));
        else {
          const rows = report.changes.map((change) => {
            const [reason, ...more] = report.reasons.get(change.key) ?? [];
            const why = reason
              ? [reason.path, ...reason.through].join(" → ") + (more.length > 0 ? ` (and ${more.length} more files)` : "")
              : "";
            return [change.name, change.effect === "unchanged" ? "touched, no effect" : change.effect, why];
          });
          if (rows.length > 0) io.out(`${formatTable(["APPLICATION", "EFFECT", "WHY"], rows)}\n`);
          for (const problem of report.problems) io.err(`${problem}\n`);
          io.out(`${summaryLine(report)}\n`);
        }
        io.setExitCode(hasDifferences(report) ? 1 : 0);
      }),
    );
}
