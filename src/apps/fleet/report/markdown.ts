import { formatError } from "../../../core/errors.js";
import { type FoldedChange, foldChanges } from "../../../core/impact/fold.js";
import { endName, errorText, type FleetReport, liveLine, summaryLine } from "./fleet-report.js";
import { resourceLines, someNames } from "./terminal.js";

/** GitHub refuses comments above 65,536 characters; GitLab and others take more. */
export const commentLimit = 60_000;

/** Enough for the summary and the line that counts what is left out. */
export const leastLimit = 500;

/** A part of the report that stands or is left out as one; a long change is told by its first lines. */
interface Section {
  readonly text: string;
  /** The section in at most so many characters, where that says something. */
  readonly shortened?: (limit: number) => string | undefined;
}

/**
 * The report as a pull-request comment, never longer than `limit` characters: what does not fit is shortened or counted, the summary always stands.
 * Begins with a marker by which a later run finds and edits the comment.
 */
export function markdownReport(report: FleetReport, limit = commentLimit): string {
  const head = [
    "<!-- fleetwright-diff -->",
    "### What this change does to the fleet",
    "",
    `**${summaryLine(report)}** (\`${endName(report, "from")}\` → ${report.isWorktree ? endName(report, "to") : `\`${endName(report, "to")}\``})`,
    "",
  ];
  const sections = [
    ...errorSections(report),
    ...appearanceSections(report),
    ...changeSections(report.folded),
    ...specSections(report),
    ...liveSections(report),
  ];
  const restOf = (count: number): string =>
    `\n… and ${count} more ${count === 1 ? "section" : "sections"}; \`fleetwright diff\` has the full report.\n`;
  let text = head.join("\n");
  let left = sections.length;
  for (const section of sections) {
    const room = limit - text.length - (left > 1 ? restOf(left).length : 0) - 2;
    const fitting = section.text.length <= room ? section.text : section.shortened?.(Math.min(room, Math.floor(limit / 2)));
    if (fitting === undefined || fitting.length > room) continue;
    text += `\n${fitting}`;
    left--;
  }
  return left === 0 ? `${text}\n` : `${text}${restOf(left)}`;
}

function errorSections(report: FleetReport): readonly Section[] {
  const lines = [
    ...report.changes
      .filter((change) => change.effect === "error")
      .map((change) => `- **${change.name}**: ${inline(errorText(report, change))}`),
    ...report.applicationSets.flatMap((set) =>
      set.errors.map((error) => `- ApplicationSet **${set.key}**: ${inline(formatError(error))}`),
    ),
  ];
  return [
    ...listSection("#### Cannot be rendered", lines),
    ...listSection(
      "\n#### Problems of the fleet",
      report.problems.map((problem) => `- ${inline(problem)}`),
    ),
  ];
}

/** A title with its lines, each of which is cut where it does not fit. */
function listSection(title: string, lines: readonly string[]): readonly Section[] {
  if (lines.length === 0) return [];
  return [{ text: title }, ...lines.map((text) => ({ text, shortened: () => `${text.slice(0, 300)} …` }))];
}

function appearanceSections(report: FleetReport): readonly Section[] {
  return (["added", "removed"] as const).flatMap((effect) => {
    const names = report.changes.filter((change) => change.effect === effect).map((change) => `\`${change.name}\``);
    if (names.length === 0) return [];
    const title = `\n#### ${names.length} Applications ${effect === "added" ? "appear" : "vanish"}\n`;
    return [{ text: `${title}${names.slice(0, 50).join(", ")}${names.length > 50 ? " …" : ""}\n`, shortened: () => title }];
  });
}

function liveSections({ live }: FleetReport): readonly Section[] {
  if (!live) return [];
  const errors = live.errors.map(({ application, message }) => ({ text: `- **${application}**: ${inline(message)}` }));
  return [{ text: `\n#### ${liveLine(live)}\n` }, ...errors, ...changeSections(foldChanges(live.changes))];
}

function changeSections(folded: readonly FoldedChange[]): readonly Section[] {
  return folded.map(({ change, applications, isConsequence }) => {
    const { kind, namespace, name } = change.resource;
    const title = `${change.kind === "changed" ? "" : `${change.kind}: `}${kind} ${namespace ? `${namespace}/` : ""}${name}`;
    const count =
      applications.length === 1
        ? someNames(applications)
        : `the same change in ${applications.length} Applications: ${someNames(applications)}`;
    const lines = resourceLines(change).map((line) => (/^[+-] /.test(line) ? line : `  ${line}`));
    const summary = `<details><summary><code>${escapeHtml(title)}</code>: ${escapeHtml(count)}</summary>`;
    if (isConsequence) return { text: `${summary}\n\nOnly the reference to a generated name changes.\n\n</details>\n` };
    const told = (some: readonly string[]): string =>
      `${summary}\n\n${some.length === 0 ? "" : fence(some.join("\n"))}\n</details>\n`;
    return { text: told(lines), shortened: (limit) => shortened(lines, told, limit) };
  });
}

/** As many of the first lines as fit, each of them cut where it is long: the fence is closed whatever is left out. */
function shortened(lines: readonly string[], told: (some: readonly string[]) => string, limit: number): string | undefined {
  const cut = lines.map((line) => (line.length > 200 ? `${line.slice(0, 200)} …` : line));
  const first = (count: number): string =>
    told(count === cut.length ? cut : [...cut.slice(0, count), `  … ${cut.length - count} more lines`]);
  let count = cut.length;
  while (count > 0 && first(count).length > limit) count = Math.floor(count * 0.8);
  return first(count).length <= limit && (count > 0 || lines.length === 0) ? first(count) : undefined;
}

function specSections(report: FleetReport): readonly Section[] {
  const changed = report.changes.filter((change) => change.effect === "changed" && change.spec.length > 0);
  return changed.map((change) => ({
    text: `- \`${change.name}\`: ${change.spec.map((field) => `\`${field.path}\``).join(", ")}`,
    shortened: () => `- \`${change.name}\`: ${change.spec.length} fields`,
  }));
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
