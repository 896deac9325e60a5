import { type LintResult, rules, suppressionRules } from "../../core/lint/lint.js";
import { sarifLog } from "../fleet/report/sarif.js";

/** Findings as SARIF 2.1.0, for code scanning; what is suppressed is told as such. */
export function lintSarif({ findings, suppressed }: LintResult): unknown {
  return sarifLog(
    "fleetwright lint",
    [...rules, ...suppressionRules].map(({ id, severity, summary }) => ({ id, summary, level: severity })),
    [findings, suppressed].flatMap((some) =>
      some.map(({ rule, severity, message, location }) => ({
        rule,
        level: severity,
        text: message,
        location,
        isSuppressed: some === suppressed,
      })),
    ),
  );
}
