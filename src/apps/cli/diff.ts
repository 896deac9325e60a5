import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { Option } from "commander";
import { ExternalError, InputError } from "../../core/errors.js";
import { emitJson } from "../../core/yaml/json.js";
import { diffSarif } from "../fleet/report/diff-sarif.js";
import { type FleetReport, hasDifferences, type LiveReport } from "../fleet/report/fleet-report.js";
import { htmlReport } from "../fleet/report/html.js";
import { diffJson } from "../fleet/report/json.js";
import { commentLimit, leastLimit, markdownReport } from "../fleet/report/markdown.js";
import { terminalReport } from "../fleet/report/terminal.js";
import { addInspectOptions, type InspectOptions } from "./inspect-options.js";
import type { CliIo } from "./io.js";
import { addRangeOptions, asValue, given, type RangeOptions, withComparison } from "./revision-range.js";

interface Options extends RangeOptions, InspectOptions {
  readonly live?: boolean;
  readonly output: "terminal" | "markdown" | "html" | "json" | "sarif";
  readonly out?: string;
  readonly maxLength: string;
  readonly pager: boolean;
}

/** `fleetwright diff [REV_A] [REV_B]`: what changes in the rendered fleet. Exit code 1 when something does, 2 on an error. */
export function registerDiff(program: Command, io: CliIo): void {
  addInspectOptions(
    addRangeOptions(
      program.command("diff [revA] [revB]").description("what a change does to the rendered manifests of every Application"),
    ).option("--live", "ask the clusters too: what a sync would change; with less than two revisions, of all Applications"),
  )
    .addOption(
      new Option("-o, --output <format>", "how it is printed")
        .choices(["terminal", "markdown", "html", "json", "sarif"])
        .default("terminal"),
    )
    .option("--out <file>", "write it to a file")
    .option("--no-pager", "print at once; else a terminal shows it in $FLEETWRIGHT_PAGER, $PAGER or less")
    .option("--max-length <characters>", "bound of the Markdown", String(commentLimit))
    .action((revA: string | undefined, revB: string | undefined, options: Options) =>
      withComparison(io, given(revA, revB), options, async (compared) => {
        const report = options.live ? await withLive(io, compared, options, given(revA, revB).length > 1) : compared;
        const text = print(report, options, io);
        if (options.out !== undefined) await writeFile(options.out, text);
        else if (io.page && options.pager && options.output === "terminal") await io.page(text);
        else io.out(text);
        io.setExitCode((report.live?.errors.length ?? 0) > 0 ? 2 : hasDifferences(report) ? 1 : 0);
      }),
    );
}

/** The report with what the clusters say: of the Applications that the change touches, or of all. */
async function withLive(io: CliIo, report: FleetReport, options: Options, isOfChange: boolean): Promise<FleetReport> {
  const { applications } = report.after;
  const wanted = isOfChange ? report.changes.flatMap(({ key }) => applications.get(key) ?? []) : [...applications.values()];
  // Clients of clusters are large: who asks for none does not wait for them.
  const [{ withReadOnlyInspector }, { compareWithLive }] = await Promise.all([
    import("./read-only-inspector.js"),
    import("../inspect/live-fleet.js"),
  ]);
  let live: LiveReport | undefined;
  await withReadOnlyInspector(io, options, async (inspector, hub) => {
    live = await compareWithLive(inspector, hub, wanted, options.namespace);
  });
  if (!live) throw new ExternalError("the hub cannot be asked", { code: "LIVE_HUB", hint: "see --kubeconfig and --context" });
  return { ...report, live };
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= leastLimit) return limit;
  throw new InputError(`--max-length ${text}: not a whole number of at least ${leastLimit}`, { code: "CLI_USAGE" });
}

function print(report: FleetReport, options: Options, io: CliIo): string {
  switch (options.output) {
    case "terminal":
      return terminalReport(report, { color: io.color && options.out === undefined });
    case "markdown":
      return markdownReport(report, limitOf(options.maxLength));
    case "html":
      return htmlReport(report);
    case "json":
      return `${emitJson(asValue(diffJson(report)), { indent: 2, sortKeys: false, escapeHtml: false })}\n`;
    case "sarif":
      return `${emitJson(asValue(diffSarif(report)), { indent: 2, sortKeys: false, escapeHtml: false })}\n`;
  }
}
