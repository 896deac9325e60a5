import type { Command } from "commander";
import { formatValue } from "../../core/impact/format-value.js";
import type { ShadowDifference, ShadowReport } from "../inspect/shadow/shadow-difference.js";
import { addSelectionOptions, type SelectionOptions, selectApplications } from "./application-selection.js";
import { addInspectOptions, type InspectOptions } from "./inspect-options.js";
import type { CliIo } from "./io.js";
import { formatTable, type OutputFormat, outputOption, printValue } from "./output.js";
import { withReadOnlyInspector } from "./read-only-inspector.js";

type Options = InspectOptions & SelectionOptions & { readonly output: OutputFormat };

/** `fleetwright shadow`: beside a running Argo CD, where the two do not agree. Exit code 0 alike, 1 differences, 2 something could not be compared. */
export function registerShadow(program: Command, io: CliIo): void {
  addSelectionOptions(
    addInspectOptions(
      program
        .command("shadow [applications...]")
        .description("read-only beside a running Argo CD: generate, render and compare, and say where the two differ"),
    ),
  )
    .addOption(outputOption(["table", "json"]))
    .action((names: readonly string[], options: Options) =>
      withReadOnlyInspector(io, options, async (inspector, hub) => {
        const { runShadow } = await import("../inspect/shadow/run-shadow.js");
        const all = await selectApplications(hub, [], { namespace: options.namespace });
        const applications = await selectApplications(hub, names, options);
        // A part of the Applications says nothing about whole sets.
        const withSets = applications.length === all.length;
        const report = await runShadow({ hub, inspector, namespace: options.namespace, applications, all, withSets });
        if (options.output === "json") printValue(io, report, "json");
        else io.out(text(report));
        io.setExitCode(report.errors.length > 0 ? 2 : report.differences.length > 0 ? 1 : 0);
      }),
    );
}

function text({ applicationSets, applications, resources, differences, errors }: ShadowReport): string {
  const rows = differences.map(({ kind, subject, resource, field, argo, fleetwright, reason }: ShadowDifference) => [
    subject,
    kind,
    resource ?? field ?? "",
    argo === null ? "-" : formatValue(argo),
    fleetwright === null ? "-" : formatValue(fleetwright),
    reason,
  ]);
  return [
    rows.length === 0 ? "" : formatTable(["SUBJECT", "DIFFERENCE", "WHERE", "ARGO CD", "FLEETWRIGHT", "WHY"], rows),
    ...errors.map(({ subject, message }) => `! ${subject}  ${message}\n`),
    `${applicationSets} ApplicationSets, ${applications} Applications, ${resources} resources compared; `,
    `${differences.length} differences, ${errors.length} could not be compared. Nothing was written.\n`,
  ].join("");
}
