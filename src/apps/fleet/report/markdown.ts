import { formatError } from "../../../core/errors.js";
import { type FoldedChange, foldChanges } from "../../../core/impact/fold.js";
import { errorText, type FleetReport, liveLine, summaryLine } from "./fleet-report.js";
import { resourceLines, someNames } from "./terminal.js";

/** GitHub refuses comments above 65,536 characters; GitLab and others take more. */
export const commentLimit = 60_000;

/**
 * The report as a pull-request comment, never longer than `limit` characters: what does not fit is counted, the summary always stands.
 * Begins with a marker by which a later run finds and edits the comment.
 */
export function markdownReport(report: FleetReport, limit = commentLimit): string {
  const head = [
    "<!-- fleetwright-diff -->",
    "### What this change does to the fleet",
    "",
    `**${summaryLine(report)}** (\`${report.from.slice(0, 10)}\` → \`${report.to.slice(0, 10)}\`)`,
    "",
  ];
  const sections = [
    ...errorSections(report),
    ...appearanceSections(report),
    ...changeSections(report.folded),
    ...specSections(report),
    ...liveSections(report),
  ];
  let text = head.join("\n");
  let left = sections.length;
  for (const section of sections) {
    const rest = `\n… and ${left} more sections; see the full report.\n`;
    if (text.length + section.length + rest.length > limit) return `${text}${rest}`.slice(0, limit);
    text += `\n${section}`;
    left--;
  }
  return `${text}\n`.slice(0, limit);
}

function errorSections(report: FleetReport): readonly string[] {
  const lines = [
    ...report.changes
      .filter((change) => change.effect === "error")
      .map((change) => `- **${change.name}**: ${inline(errorText(report, change))}`),
    ...report.applicationSets.flatMap((set) =>
      set.errors.map((error) => `- ApplicationSet **${set.key}**: ${inline(formatError(error))}`),
    ),
    ...report.problems.map((problem) => `- ${inline(problem)}`),
  ];
  return lines.length === 0 ? [] : [`#### Cannot be rendered\n${lines.join("\n")}\n`];
}

function appearanceSections(report: FleetReport): readonly string[] {
  return (["added", "removed"] as const).flatMap((effect) => {
    const names = report.changes.filter((change) => change.effect === effect).map((change) => `\`${change.name}\``);
    if (names.length === 0) return [];
    return [
      `#### ${names.length} Applications ${effect === "added" ? "appear" : "vanish"}\n${names.slice(0, 50).join(", ")}${names.length > 50 ? " …" : ""}\n`,
    ];
  });
}

function liveSections({ live }: FleetReport): readonly string[] {
  if (!live) return [];
  const errors = live.errors.map(({ application, message }) => `- **${application}**: ${inline(message)}\n`);
  return [`#### ${liveLine(live)}\n`, ...errors, ...changeSections(foldChanges(live.changes))];
}

function changeSections(folded: readonly FoldedChange[]): readonly string[] {
  return folded.map(({ change, applications, isConsequence }) => {
    const { kind, namespace, name } = change.resource;
    const title = `${change.kind === "changed" ? "" : `${change.kind}: `}${kind} ${namespace ? `${namespace}/` : ""}${name}`;
    const count =
      applications.length === 1
        ? someNames(applications)
        : `the same change in ${applications.length} Applications: ${someNames(applications)}`;
    const lines = resourceLines(change).map((line) => (/^[+-] /.test(line) ? line : `  ${line}`));
    const body = isConsequence
      ? "Only the reference to a generated name changes.\n"
      : lines.length === 0
        ? ""
        : fence(lines.join("\n"));
    return `<details><summary><code>${escapeHtml(title)}</code>: ${escapeHtml(count)}</summary>\n\n${body}\n</details>\n`;
  });
}

function specSections(report: FleetReport): readonly string[] {
  const changed = report.changes.filter((change) => change.effect === "changed" && change.spec.length > 0);
  return changed.map((change) => `- \`${change.name}\`: ${change.spec.map((field) => `\`${field.path}\``).join(", ")}\n`);
}

/** A fence longer than any run of backticks inside, so that no value can end it. */
function fence(body: string): string {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}diff\n${body}\n${marks}\n`;
}

function inline(text: string): string {
  return escapeHtml(text).replace(/\s*\n\s*/g, " ");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[mark] ?? mark);
}
