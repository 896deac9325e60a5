import type { Command } from "commander";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { applicationRow, resourceRows, syncText } from "./application-row.js";
import { getApplication } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatAge, formatTable, isTable, type OutputFormat, outputOption, printValue } from "./output.js";

type Options = HubOptions & { readonly output: OutputFormat };

/** `fleetwright app get NAME` and `app resources NAME`. */
export function registerAppGet(app: Command, io: CliIo): void {
  addHubOptions(app.command("get <name>").description("state, conditions and resources of an Application"))
    .addOption(outputOption())
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        if (!isTable(options.output)) printValue(io, application, options.output);
        else io.out(`${summary(application)}\n${resourceTable(application, options.output)}`);
      }),
    );
  addHubOptions(app.command("resources <name>").description("the resources of an Application"))
    .addOption(outputOption())
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        if (!isTable(options.output)) printValue(io, resourceRows(application), options.output);
        else io.out(resourceTable(application, options.output));
      }),
    );
}

function summary(application: KubernetesObject): string {
  const row = applicationRow(application);
  const lines: (readonly [string, string])[] = [
    ["Name", `${row.namespace}/${row.name}`],
    ["Project", row.project],
    ["Destination", `${row.destination}, namespace ${row.destinationNamespace}`],
    ["Source", `${row.repoURL} ${row.path} at ${row.targetRevision}`],
    ["Policy", row.syncPolicy],
    ["Sync", `${syncText(row)}${row.revision ? ` to ${row.revision.slice(0, 10)}` : ""}`],
    [
      "Compared",
      row.comparedAt === "" ? "never" : `${row.comparedAt} (${formatAge(Date.now() - Date.parse(row.comparedAt))} ago)`,
    ],
    ["Health", row.health],
    ...(row.operation
      ? [["Operation", `${row.operation}${row.operationMessage ? `: ${row.operationMessage}` : ""}`] as const]
      : []),
    ...row.conditions.map((condition) => ["Condition", `${condition.type}: ${condition.message}`] as const),
  ];
  return lines.map(([label, text]) => `${`${label}:`.padEnd(13)}${text}\n`).join("");
}

function resourceTable(application: KubernetesObject, format: OutputFormat): string {
  const isWide = format === "wide";
  return formatTable(
    [
      "GROUP",
      ...(isWide ? ["VERSION"] : []),
      "KIND",
      "NAMESPACE",
      "NAME",
      "SYNC",
      "HEALTH",
      ...(isWide ? ["HOOK"] : []),
      "MESSAGE",
    ],
    resourceRows(application).map((row) => [
      row.group,
      ...(isWide ? [row.version] : []),
      row.kind,
      row.namespace,
      row.name,
      row.sync,
      row.health,
      ...(isWide ? [row.hook ? "yes" : ""] : []),
      row.message,
    ]),
  );
}
