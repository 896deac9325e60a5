import { type LintResult, rules, suppressionRules } from "../../core/lint/lint.js";
import type { RuleFinding } from "../../core/lint/rule.js";

/** Findings as SARIF 2.1.0, for code scanning; what is suppressed is told as such. */
export function lintSarif({ findings, suppressed }: LintResult): unknown {
  const driver = {
    name: "fleetwright lint",
    rules: [...rules, ...suppressionRules].map(({ id, severity, summary }) => ({
      id,
      shortDescription: { text: summary },
      defaultConfiguration: { level: severity },
    })),
  };
  const results = [
    ...findings.map((finding) => resultOf(finding)),
    ...suppressed.map((finding) => ({ ...resultOf(finding), suppressions: [{ kind: "inSource" }] })),
  ];
  return { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [{ tool: { driver }, results }] };
}

function resultOf({ rule, severity, message, location }: RuleFinding) {
  const { file, line, column } = location;
  const region =
    line === undefined ? {} : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  return {
    ruleId: rule,
    level: severity,
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation: { uri: file }, ...region } }],
  };
}
