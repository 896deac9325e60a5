import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { Option } from "commander";
import { emitJson } from "../../core/yaml/json.js";
import { type FleetReport, hasDifferences } from "../fleet/report/fleet-report.js";
import { htmlReport } from "../fleet/report/html.js";
import { diffJson, sarifReport } from "../fleet/report/json.js";
import { commentLimit, markdownReport } from "../fleet/report/markdown.js";
import { terminalReport } from "../fleet/report/terminal.js";
import type { CliIo } from "./io.js";
import { addRangeOptions, asValue, given, type RangeOptions, withComparison } from "./revision-range.js";

interface Options extends RangeOptions {
  readonly output: "terminal" | "markdown" | "html" | "json" | "sarif";
  readonly out?: string;
  readonly maxLength: string;
}

/** `fleetwright diff [REV_A] [REV_B]`: what changes in the rendered fleet. Exit code 1 when something does, 2 on an error. */
export function registerDiff(program: Command, io: CliIo): void {
  addRangeOptions(
    program.command("diff [revA] [revB]").description("what a change does to the rendered manifests of every Application"),
  )
    .addOption(
      new Option("-o, --output <format>", "how it is printed")
        .choices(["terminal", "markdown", "html", "json", "sarif"])
        .default("terminal"),
    )
    .option("--out <file>", "write it to a file")
    .option("--max-length <characters>", "bound of the Markdown", String(commentLimit))
    .action((revA: string | undefined, revB: string | undefined, options: Options) =>
      withComparison(io, given(revA, revB), options, async (report) => {
        const text = print(report, options, io);
        if (options.out === undefined) io.out(text);
        else await writeFile(options.out, text);
        io.setExitCode(hasDifferences(report) ? 1 : 0);
      }),
    );
}

function print(report: FleetReport, options: Options, io: CliIo): string {
  switch (options.output) {
    case "terminal":
      return terminalReport(report, { color: io.color && options.out === undefined });
    case "markdown":
      return markdownReport(report, Number(options.maxLength));
    case "html":
      return htmlReport(report);
    case "json":
      return `${emitJson(asValue(diffJson(report)), { indent: 2, sortKeys: false, escapeHtml: false })}\n`;
    case "sarif":
      return `${emitJson(asValue(sarifReport(report)), { indent: 2, sortKeys: false, escapeHtml: false })}\n`;
  }
}
