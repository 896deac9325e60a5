import type { Command } from "commander";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { applicationRow, resourceRows } from "./application-row.js";
import { getApplication } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatTable, type OutputFormat, outputOption, printValue } from "./output.js";

type Options = HubOptions & { readonly output: OutputFormat };

/** `fleetwright app get NAME` and `app resources NAME`. */
export function registerAppGet(app: Command, io: CliIo): void {
  addHubOptions(app.command("get <name>").description("state, conditions and resources of an Application"))
    .addOption(outputOption())
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        if (options.output !== "table") printValue(io, application, options.output);
        else io.out(`${summary(application)}\n${resourceTable(application)}`);
      }),
    );
  addHubOptions(app.command("resources <name>").description("the resources of an Application"))
    .addOption(outputOption())
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        if (options.output !== "table") printValue(io, resourceRows(application), options.output);
        else io.out(resourceTable(application));
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
    ["Sync", `${row.sync}${row.revision ? ` to ${row.revision.slice(0, 10)}` : ""}`],
    ["Health", row.health],
    ...(row.operation
      ? [["Operation", `${row.operation}${row.operationMessage ? `: ${row.operationMessage}` : ""}`] as const]
      : []),
    ...row.conditions.map((condition) => ["Condition", `${condition.type}: ${condition.message}`] as const),
  ];
  return lines.map(([label, text]) => `${`${label}:`.padEnd(13)}${text}\n`).join("");
}

function resourceTable(application: KubernetesObject): string {
  return formatTable(
    ["GROUP", "KIND", "NAMESPACE", "NAME", "SYNC", "HEALTH", "MESSAGE"],
    resourceRows(application).map((row) => [row.group, row.kind, row.namespace, row.name, row.sync, row.health, row.message]),
  );
}
