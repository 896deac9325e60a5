import type { Command } from "commander";
import { type ApplicationRow, applicationRow, syncText } from "./application-row.js";
import { addSelectionOptions, type SelectionOptions, selectApplications } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatAge, formatTable, type OutputFormat, outputOption, printValue } from "./output.js";

type Options = HubOptions & SelectionOptions & { readonly output: OutputFormat | "name" };

/** `fleetwright app list`: exit code 0 also when there is none. */
export function registerAppList(app: Command, io: CliIo): void {
  addSelectionOptions(addHubOptions(app.command("list").alias("ls").description("list Applications")))
    .addOption(outputOption(["table", "wide", "name", "json", "yaml"]))
    .action((options: Options) =>
      withHub(io, options, async (hub) => {
        const applications = await selectApplications(hub, [], options);
        const rows = applications.map((application) => named(applicationRow(application), options.allNamespaces));
        if (options.output === "json" || options.output === "yaml") printValue(io, applications, options.output);
        else if (options.output === "name") io.out(rows.map((row) => `${row.name}\n`).join(""));
        else io.out(options.output === "wide" ? wideTable(rows) : table(rows));
      }),
    );
}

/** Where several namespaces are shown, names say which. */
function named(row: ApplicationRow, allNamespaces = false): ApplicationRow {
  return allNamespaces ? { ...row, name: `${row.namespace}/${row.name}` } : row;
}

function table(rows: readonly ApplicationRow[]): string {
  return formatTable(
    ["NAME", "PROJECT", "CLUSTER", "SYNC", "HEALTH", "POLICY"],
    rows.map((row) => [row.name, row.project, row.destination, syncText(row), row.health, row.syncPolicy]),
  );
}

function wideTable(rows: readonly ApplicationRow[]): string {
  return formatTable(
    [
      "NAME",
      "PROJECT",
      "CLUSTER",
      "NAMESPACE",
      "SYNC",
      "COMPARED",
      "HEALTH",
      "POLICY",
      "PATH",
      "TARGET",
      "REVISION",
      "CONDITIONS",
    ],
    rows.map((row) => [
      row.name,
      row.project,
      row.destination,
      row.destinationNamespace,
      syncText(row),
      row.comparedAt === "" ? "never" : formatAge(Date.now() - Date.parse(row.comparedAt)),
      row.health,
      row.syncPolicy,
      row.path,
      row.targetRevision,
      row.revision.slice(0, 10),
      row.conditions.map((condition) => condition.type).join(",") || "<none>",
    ]),
  );
}
