import type { Command } from "commander";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { applicationRow, resourceRows, syncText } from "./application-row.js";
import { addSelectionOptions, chooseApplications, isOneByName, type SelectionOptions } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatAge, formatTable, isTable, type OutputFormat, outputOption, printValue } from "./output.js";

type Options = HubOptions & SelectionOptions & { readonly output: OutputFormat };

/** `fleetwright app get [NAMES]` and `app resources [NAMES]`. */
export function registerAppGet(app: Command, io: CliIo): void {
  addSelectionOptions(addHubOptions(app.command("get [names...]").description("state, conditions and resources of Applications")))
    .addOption(outputOption())
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        const chosen = await chooseApplications(hub, names, options);
        if (!isTable(options.output)) printValue(io, isOneByName(names) ? chosen[0] : chosen, options.output);
        else io.out(chosen.map((one) => `${summary(one)}\n${resourceTable([one], options)}`).join("\n"));
      }),
    );
  addSelectionOptions(addHubOptions(app.command("resources [names...]").description("the resources of Applications")))
    .addOption(outputOption())
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        const chosen = await chooseApplications(hub, names, options);
        const isNamed = !isOneByName(names);
        if (isTable(options.output)) io.out(resourceTable(chosen, { ...options, isNamed }));
        else
          printValue(
            io,
            chosen.flatMap((one) => resourceValues(one, isNamed)),
            options.output,
          );
      }),
    );
}

/** Among those of several Applications, a resource says whose it is. */
function resourceValues(application: KubernetesObject, isNamed: boolean): readonly object[] {
  const rows = resourceRows(application);
  return isNamed ? rows.map((row) => ({ application: application.metadata.name, ...row })) : rows;
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

function resourceTable(
  applications: readonly KubernetesObject[],
  { output, isNamed = false }: { readonly output: OutputFormat; readonly isNamed?: boolean },
): string {
  const isWide = output === "wide";
  return formatTable(
    [
      ...(isNamed ? ["APPLICATION"] : []),
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
    applications.flatMap((application) =>
      resourceRows(application).map((row) => [
        ...(isNamed ? [application.metadata.name] : []),
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
    ),
  );
}
