import type { KubernetesObject } from "../../core/manifest/object.js";
import { applicationRow, syncText } from "./application-row.js";
import type { CliIo } from "./io.js";
import { formatTable, isTable, type OutputFormat, printValue } from "./output.js";

/** Where Applications stand when a command that waited for them ends. */
export function printStates(io: CliIo, applications: readonly KubernetesObject[], output: OutputFormat): void {
  const rows = applications.map(applicationRow);
  if (!isTable(output)) {
    printValue(io, rows, output);
    return;
  }
  const isWide = output === "wide";
  io.out(
    formatTable(
      ["NAME", "SYNC", "HEALTH", "OPERATION", ...(isWide ? ["REVISION", "MESSAGE"] : [])],
      rows.map((row) => [
        row.name,
        syncText(row),
        row.health,
        row.operation || "<none>",
        ...(isWide ? [row.revision.slice(0, 10), row.operationMessage] : []),
      ]),
    ),
  );
}
