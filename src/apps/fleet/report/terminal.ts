import { styleText } from "node:util";
import { formatError } from "../../../core/errors.js";
import type { FieldChange } from "../../../core/impact/field-change.js";
import { type FoldedChange, foldChanges } from "../../../core/impact/fold.js";
import { formatValue } from "../../../core/impact/format-value.js";
import type { ResourceChange } from "../../../core/impact/resource-change.js";
import { errorText, type FleetReport, liveLine, summaryLine } from "./fleet-report.js";

const namesShown = 6;

/** The report for a person at a terminal; equal changes are told once. */
export function terminalReport(report: FleetReport, options: { readonly color: boolean }): string {
  const paint = (style: "green" | "red" | "yellow" | "bold" | "gray", text: string): string =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const lines: string[] = [];
  const tell = ({ change, applications, isConsequence }: FoldedChange): void => {
    const count =
      applications.length === 1
        ? someNames(applications)
        : `the same change in ${applications.length} Applications: ${someNames(applications)}`;
    if (isConsequence) {
      lines.push(paint("gray", `  ${change.resource.kind} ${change.resource.name} follows the new name  ${count}`));
      return;
    }
    lines.push(paint("bold", `${resourceTitle(change)}`) + paint("gray", `  ${count}`));
    for (const line of resourceLines(change))
      lines.push(
        line.startsWith("+") ? paint("green", `  ${line}`) : line.startsWith("-") ? paint("red", `  ${line}`) : `  ${line}`,
      );
    lines.push("");
  };
  for (const folded of report.folded) tell(folded);
  for (const change of report.changes) {
    if (change.effect === "added") lines.push(paint("green", `+ ${change.name}  ${change.resources.length} resources`));
    if (change.effect === "removed") lines.push(paint("red", `- ${change.name}  ${change.resources.length} resources`));
    if (change.effect === "error") lines.push(paint("yellow", `! ${change.name}  ${errorText(report, change)}`));
    if (change.effect !== "changed" || change.spec.length === 0) continue;
    lines.push(paint("bold", `~ ${change.name}  Application`));
    for (const line of change.spec.flatMap(fieldLines))
      lines.push(
        line.startsWith("+") ? paint("green", `  ${line}`) : line.startsWith("-") ? paint("red", `  ${line}`) : `  ${line}`,
      );
  }
  const unchanged = report.changes.filter((change) => change.effect === "unchanged");
  if (unchanged.length > 0) lines.push(paint("gray", `touched, no effect: ${someNames(unchanged.map((change) => change.name))}`));
  for (const set of report.applicationSets)
    for (const error of set.errors) lines.push(paint("yellow", `! ApplicationSet ${set.key}  ${formatError(error)}`));
  for (const problem of report.problems) lines.push(paint("yellow", `! ${problem}`));
  lines.push(paint("bold", summaryLine(report)));
  if (report.live) {
    lines.push("");
    for (const folded of foldChanges(report.live.changes)) tell(folded);
    for (const { application, message } of report.live.errors) lines.push(paint("yellow", `! ${application}  ${message}`));
    lines.push(paint("bold", liveLine(report.live)));
  }
  return `${lines.join("\n")}\n`;
}

function resourceTitle(change: ResourceChange): string {
  const sign = { added: "+", removed: "-", changed: "~" }[change.kind];
  const { group, kind, namespace, name } = change.resource;
  return `${sign} ${kind}${group ? `.${group}` : ""} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** The lines of one resource's change; a line begins with `+`, `-` or is a path. */
export function resourceLines(change: ResourceChange): readonly string[] {
  return change.fields.flatMap(fieldLines);
}

/** The lines of one field's change. */
export function fieldLines(field: FieldChange): readonly string[] {
  return [
    `${field.path}:`,
    ...(field.before === undefined ? [] : [`- ${formatValue(field.before)}`]),
    ...(field.after === undefined ? [] : [`+ ${formatValue(field.after)}`]),
  ];
}

/** `cart-dev-eu-1, cart-dev-us-1 and 10 more`; the namespace is left out. */
export function someNames(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map((name) => name.slice(name.indexOf("/") + 1));
  return names.length > namesShown ? `${shown.join(", ")} and ${names.length - namesShown} more` : shown.join(", ");
}
