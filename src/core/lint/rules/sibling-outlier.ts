import { surveyApplications } from "../../adopt/adopt.js";
import type { OddField } from "../../adopt/anomalies.js";
import type { SourceApplication } from "../../adopt/sample.js";
import { formatValue } from "../../impact/format-value.js";
import type { Finding, LintedFleet, Rule } from "../rule.js";

/** So many siblings, and so large a share of them, must agree before one that does not is odd. */
const leastAgreeing = 3;
const leastShare = 0.75;
/** Of a few siblings it is one that does not agree with them where so large a share of all others agree with theirs. */
const leastFitting = 0.9;
/** Fewer Applications than that show no rule to be unlike. */
const leastFamily = 5;

/** Hand-written Applications with a field that is unlike all their siblings': mostly a slip of copying. */
export const siblingOutlier: Rule = {
  id: "sibling-outlier",
  severity: "warning",
  summary: "A field of a hand-written Application is unlike that of nearly all its siblings.",
  check: (fleet) => familiesOf(fleet).flatMap(outliersOf),
};

/** Applications written below one top folder are siblings. */
function familiesOf({ files }: LintedFleet): readonly (readonly SourceApplication[])[] {
  const families = new Map<string, SourceApplication[]>();
  for (const found of files.resources) {
    if (found.kind !== "application") continue;
    const { file, document, value } = found;
    const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
    const family = families.get(folder) ?? [];
    family.push({ file, document, value, text: files.text(file) ?? "" });
    families.set(folder, family);
  }
  return [...families.values()].filter((family) => family.length > leastFamily);
}

function outliersOf(family: readonly SourceApplication[]): readonly Finding[] {
  const { anomalies } = surveyApplications(family);
  return anomalies.flatMap(({ application, fields }) =>
    fields
      .filter((field) => isAgainstMany(field) || isAgainstTheRule(field))
      .map((field) => ({ location: field.location, message: `${application}: ${differenceOf(field)}` })),
  );
}

function isAgainstMany({ agreeing, siblings }: OddField): boolean {
  return agreeing >= leastAgreeing && agreeing >= leastShare * siblings;
}

function isAgainstTheRule({ agreeing, fitting, compared }: OddField): boolean {
  return agreeing > 0 && fitting >= leastFitting * compared;
}

function differenceOf(field: OddField): string {
  const { path, is, expected, agreeing, siblings, fitting, compared } = field;
  const shown = (value: OddField["is"]): string => (value === undefined ? "missing" : formatValue(value));
  const rule = isAgainstMany(field) ? "" : `; ${fitting} of ${compared} Applications are as theirs are`;
  return `${path} is ${shown(is)}, where ${agreeing} of ${siblings} siblings lead to ${shown(expected)}${rule}`;
}
