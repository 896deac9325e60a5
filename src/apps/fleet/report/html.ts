import { formatError } from "../../../core/errors.js";
import type { ApplicationChange } from "../../../core/impact/fleet-diff.js";
import { type FoldedChange, foldChanges } from "../../../core/impact/fold.js";
import { endName, errorText, type FleetReport, liveLine, summaryLine } from "./fleet-report.js";
import { escapeHtml } from "./markdown.js";
import { fieldLines, resourceLines } from "./terminal.js";

/** A page that needs nothing else: no script, no fetch. */
export function htmlReport(report: FleetReport): string {
  const sections = [
    ...report.changes
      .filter((change) => change.effect === "error")
      .map((change) => `<p class="bad"><b>${escapeHtml(change.name)}</b> ${escapeHtml(errorText(report, change))}</p>`),
    ...report.applicationSets.flatMap(({ key, errors }) =>
      errors.map((error) => `<p class="bad"><b>${escapeHtml(key)}</b> ${escapeHtml(formatError(error))}</p>`),
    ),
    ...report.problems.map((problem) => `<p class="bad">${escapeHtml(problem)}</p>`),
    ...(["added", "removed"] as const).map((effect) => {
      const names = report.changes
        .filter((change) => change.effect === effect)
        .map((change) => `<li>${escapeHtml(change.name)}</li>`);
      return names.length === 0
        ? ""
        : `<details open><summary>${names.length} ${effect}</summary><ul>${names.join("")}</ul></details>`;
    }),
    ...report.folded.map(changeSection),
    ...report.changes.filter(({ effect, spec }) => effect === "changed" && spec.length > 0).map(specSection),
    ...(report.live
      ? [
          `<h2>${escapeHtml(liveLine(report.live))}</h2>`,
          ...report.live.errors.map(
            ({ application, message }) => `<p class="bad"><b>${escapeHtml(application)}</b> ${escapeHtml(message)}</p>`,
          ),
          ...foldChanges(report.live.changes).map(changeSection),
        ]
      : []),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Fleet change ${escapeHtml(endName(report, "from"))} to ${escapeHtml(endName(report, "to"))}</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 14px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
details { border: 1px solid #d5d9de; border-radius: 6px; padding: .5rem 1rem; margin: .6rem 0; }
pre { overflow-x: auto; font-size: 12px; } .plus { color: #1a7f4b; } .minus { color: #b3261e; } .path, .quiet { color: #66707a; } .bad { border-left: 3px solid #b3261e; padding-left: .6rem; }
</style></head><body>
<h1>${escapeHtml(summaryLine(report))}</h1>
${sections.filter((section) => section !== "").join("\n")}
</body></html>
`;
}

/** What changes in an Application itself. */
function specSection({ name, spec }: ApplicationChange): string {
  const lines = spec.flatMap(fieldLines).map(lineSpan);
  return `<details open><summary><b>${escapeHtml(name)}</b> Application</summary><pre>${lines.join("\n")}</pre></details>`;
}

function lineSpan(line: string): string {
  const kind = line.startsWith("+ ") ? "plus" : line.startsWith("- ") ? "minus" : "path";
  return `<span class="${kind}">${escapeHtml(line)}</span>`;
}

/** One change, told once for all Applications that have it. */
function changeSection({ change, applications }: FoldedChange): string {
  const { kind, namespace, name } = change.resource;
  const lines = resourceLines(change).map(lineSpan);
  const title = `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
  return `<details open><summary><b>${escapeHtml(title)}</b> ${change.kind}, in ${applications.length} Applications</summary>
<p class="quiet">${escapeHtml(applications.join(", "))}</p><pre>${lines.join("\n")}</pre></details>`;
}
