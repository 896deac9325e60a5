import type { Location } from "../errors.js";
import { compileDoublestar } from "../glob/doublestar.js";
import { stringAt, type ValueObject } from "../manifest/value.js";
import type { FleetFiles } from "./fleet-files.js";
import type { RuleFinding } from "./rule.js";

/** A finding that someone decided to live with. */
interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly location: Location;
  readonly covers: (location: Location) => boolean;
}

export interface SuppressionOutcome {
  readonly kept: readonly RuleFinding[];
  readonly suppressed: readonly RuleFinding[];
  /** About the suppressions themselves: without a reason, of no known rule, or of nothing. */
  readonly own: readonly RuleFinding[];
}

/**
 * Takes out what is suppressed: by an entry of `lint.suppress` in fleetwright.yaml (`path` may be a glob), by a comment at the top of a file for the
 * whole file, or by one above or behind a line for that line. One without a reason takes nothing out and is a finding itself.
 * `ran` are the rules that were checked: only those can be found unused.
 */
export function applySuppressions(
  findings: readonly RuleFinding[],
  context: {
    readonly files: FleetFiles;
    readonly entries: readonly ValueObject[];
    readonly configFile: string;
    readonly known: ReadonlySet<string>;
    readonly ran: ReadonlySet<string>;
  },
): SuppressionOutcome {
  const suppressions = [...configured(context.entries, context.configFile, context.files), ...commented(context.files)];
  const used = new Set<Suppression>();
  const own: RuleFinding[] = [];
  const valid: Suppression[] = [];
  for (const suppression of suppressions) {
    const { rule, reason, location } = suppression;
    const about = (id: string, message: string): void => void own.push({ rule: id, severity: "warning", location, message });
    if (!context.known.has(rule)) about("unused-suppression", `there is no rule "${rule}"`);
    else if (reason === "")
      about("suppression-without-reason", `the suppression of ${rule} gives no reason, so it does not count`);
    else valid.push(suppression);
  }
  const kept: RuleFinding[] = [];
  const suppressed: RuleFinding[] = [];
  for (const finding of findings) {
    const by = valid.filter(({ rule, covers }) => rule === finding.rule && covers(finding.location));
    for (const suppression of by) used.add(suppression);
    (by.length > 0 ? suppressed : kept).push(finding);
  }
  for (const suppression of valid) {
    if (used.has(suppression) || !context.ran.has(suppression.rule)) continue;
    const message = `nothing is suppressed here: ${suppression.rule} finds nothing`;
    own.push({ rule: "unused-suppression", severity: "warning", location: suppression.location, message });
  }
  return { kept, suppressed, own };
}

function configured(entries: readonly ValueObject[], file: string, files: FleetFiles): readonly Suppression[] {
  return entries.map((entry, index) => {
    const matches = compileDoublestar(stringAt(entry, "path") || "**");
    return {
      rule: stringAt(entry, "rule"),
      reason: stringAt(entry, "reason").trim(),
      location: files.place(file, ["lint", "suppress", index]),
      covers: (location) => location.file === stringAt(entry, "path") || matches(location.file),
    };
  });
}

const comment = /#\s*fleetwright-lint-ignore\s+([A-Za-z0-9-]+)\s*(?::\s*(.*?)\s*)?$/;

function commented(files: FleetFiles): readonly Suppression[] {
  return files.paths.flatMap((file) => {
    const text = files.text(file);
    if (!text?.includes("fleetwright-lint-ignore") || !/\.(ya?ml)$|(^|\/)Kustomization$/.test(file)) return [];
    const lines = text.split(/\r?\n/);
    const firstContent = lines.findIndex((line) => !/^\s*(#|---|$)/.test(line));
    return lines.flatMap((line, index) => {
      const match = comment.exec(line);
      if (!match) return [];
      const [, rule = "", reason = ""] = match;
      // Behind content: that line. Alone: the whole file from its head, else the next line that has content.
      const isAlone = /^\s*#/.test(line);
      const isHead = firstContent < 0 || index < firstContent;
      const next = lines.findIndex((other, at) => at > index && !/^\s*(#|$)/.test(other));
      const covered = isAlone ? next : index;
      return [
        {
          rule,
          reason,
          location: { file, line: index + 1, column: match.index + 1 },
          covers: (location: Location) => location.file === file && ((isAlone && isHead) || location.line === covered + 1),
        },
      ];
    });
  });
}
