import type { FleetwrightError } from "../../../core/errors.js";
import { errorText, type FleetReport } from "./fleet-report.js";
import { type SarifFinding, type SarifRule, sarifLog } from "./sarif.js";

const rules: readonly SarifRule[] = [
  { id: "application-error", level: "error", summary: "An Application cannot be rendered" },
  { id: "applicationset-error", level: "error", summary: "An ApplicationSet cannot be generated" },
  { id: "application-removed", level: "warning", summary: "An Application vanishes" },
  { id: "live-difference", level: "warning", summary: "A cluster is not as the commit wants it" },
  { id: "fleet-problem", level: "warning", summary: "A finding about the fleet" },
];

/** What a person must look at in a change, for code scanning: what cannot be rendered, and what vanishes. */
export function diffSarif(report: FleetReport): unknown {
  const at = (error: FleetwrightError | undefined, file: string | undefined): SarifFinding["location"] =>
    error?.location ?? (file === undefined ? undefined : { file });
  const ofEffect = (effect: "error" | "removed") => report.changes.filter((change) => change.effect === effect);
  return sarifLog("fleetwright diff", rules, [
    ...ofEffect("error").map((change) => ({
      rule: "application-error",
      text: `${change.name}: ${errorText(report, change)}`,
      location: at(change.error, (change.after ?? change.before)?.origin.file),
      // Revisions differ from run to run.
      identity: `application-error ${change.key} ${change.error?.message}`,
    })),
    ...report.applicationSets.flatMap(({ key, errors, before, after }) =>
      errors.map((error) => ({
        rule: "applicationset-error",
        text: `${key}: ${error.message}`,
        location: at(error, (after ?? before)?.file),
      })),
    ),
    ...ofEffect("removed").map(({ name, before }) => ({
      rule: "application-removed",
      text: `${name} vanishes`,
      location: at(undefined, before?.origin.file),
    })),
    ...[...(report.live?.changes ?? [])].map(([key, resources]) => ({
      rule: "live-difference",
      text: `${key.slice(key.indexOf("/") + 1)}: ${resources.length} resources are not as the commit wants them`,
      location: at(undefined, report.after.applications.get(key)?.origin.file),
    })),
    ...report.after.problems.map(({ error }) => ({
      rule: "fleet-problem",
      text: error.message,
      location: error.location,
    })),
  ]);
}
