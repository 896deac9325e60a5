import type { ValueObject } from "../manifest/value.js";
import { readFleetFiles } from "./fleet-files.js";
import type { LintInput, Rule, RuleFinding, Severity } from "./rule.js";
import { deprecatedApi } from "./rules/deprecated-api.js";
import { deprecatedField } from "./rules/deprecated-field.js";
import { duplicateName } from "./rules/duplicate-name.js";
import { invalidResource } from "./rules/invalid-resource.js";
import { patchNoMatch } from "./rules/patch-no-match.js";
import { renderError } from "./rules/render-error.js";
import { replacementNoMatch } from "./rules/replacement-no-match.js";
import { schemaViolation } from "./rules/schema-violation.js";
import { sharedResource } from "./rules/shared-resource.js";
import { siblingOutlier } from "./rules/sibling-outlier.js";
import { unknownProject } from "./rules/unknown-project.js";
import { unpinnedRemote } from "./rules/unpinned-remote.js";
import { unusedOverlay } from "./rules/unused-overlay.js";
import { applySuppressions } from "./suppressions.js";

/** Every rule that looks at the fleet. */
export const rules: readonly Rule[] = [
  deprecatedApi,
  deprecatedField,
  duplicateName,
  invalidResource,
  patchNoMatch,
  renderError,
  replacementNoMatch,
  schemaViolation,
  sharedResource,
  siblingOutlier,
  unknownProject,
  unpinnedRemote,
  unusedOverlay,
];

/** Rules about suppressions; they cannot be suppressed. */
export const suppressionRules: readonly Pick<Rule, "id" | "severity" | "summary">[] = [
  { id: "suppression-without-reason", severity: "warning", summary: "A suppression that gives no reason; it does not count." },
  { id: "unused-suppression", severity: "warning", summary: "A suppression of nothing, or of a rule that there is not." },
];

export interface LintOptions {
  /** `lint.suppress` of fleetwright.yaml. */
  readonly suppressions: readonly ValueObject[];
  readonly configFile?: string;
  /** Ids of the rules to check; absent: all. */
  readonly only?: ReadonlySet<string>;
  /** The least severity that counts; absent: warning. */
  readonly severity?: Severity;
}

export interface LintResult {
  /** What is not suppressed, sorted by place and rule. */
  readonly findings: readonly RuleFinding[];
  readonly suppressed: readonly RuleFinding[];
}

/** Checks the fleet at one tree. Pure; reads every file once. */
export function lintFleet(input: LintInput, options: LintOptions): LintResult {
  const files = readFleetFiles(input.tree, input.isSearched);
  const fleet = { ...input, files };
  const isAsked = ({ id, severity }: Pick<Rule, "id" | "severity">): boolean =>
    (options.only === undefined || options.only.has(id)) && (options.severity !== "error" || severity === "error");
  const chosen = rules.filter(isAsked);
  const found = chosen.flatMap(({ id, severity, check }) =>
    check(fleet).map((finding) => ({
      rule: id,
      severity,
      ...finding,
      // What is about a whole file stands at its beginning.
      location: { line: 1, column: 1, ...finding.location },
    })),
  );
  const { kept, suppressed, own } = applySuppressions(found, {
    files,
    entries: options.suppressions,
    configFile: options.configFile ?? "fleetwright.yaml",
    known: new Set(rules.map(({ id }) => id)),
    ran: new Set(chosen.map(({ id }) => id)),
  });
  const asked = new Set(suppressionRules.filter(isAsked).map(({ id }) => id));
  return {
    findings: [...kept, ...own.filter(({ rule }) => asked.has(rule))].sort(byPlace),
    suppressed: [...suppressed].sort(byPlace),
  };
}

function byPlace(a: RuleFinding, b: RuleFinding): number {
  const order = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    order(a.location.file, b.location.file) ||
    (a.location.line ?? 0) - (b.location.line ?? 0) ||
    (a.location.column ?? 0) - (b.location.column ?? 0) ||
    order(a.rule, b.rule) ||
    order(a.message, b.message)
  );
}
