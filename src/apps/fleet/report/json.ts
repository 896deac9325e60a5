import { formatError } from "../../../core/errors.js";
import type { ApplicationChange } from "../../../core/impact/fleet-diff.js";
import type { FleetReport } from "./fleet-report.js";

/** The stable JSON of `impact`: names, effects and reasons. */
export function impactJson(report: FleetReport): unknown {
  return {
    from: report.from,
    to: report.to,
    applications: report.changes.map((change) => ({
      name: change.name,
      namespace: change.namespace,
      effect: change.effect,
      reasons: report.reasons.get(change.key) ?? [],
      ...(change.movedFrom ? { movedFrom: change.movedFrom } : {}),
      ...errorFields(report, change),
    })),
    applicationSets: report.applicationSets.map(({ key, effect, added, removed, errors }) => ({
      name: key.slice(key.indexOf("/") + 1),
      namespace: key.slice(0, key.indexOf("/")),
      effect,
      reasons: report.setReasons.get(key) ?? [],
      added,
      removed,
      errors: errors.map(formatError),
    })),
    problems: report.problems,
  };
}

/** The stable JSON of `diff`: what `impact` says and every changed field. */
export function diffJson(report: FleetReport): unknown {
  return {
    from: report.from,
    to: report.to,
    applications: report.changes.map((change) => ({
      name: change.name,
      namespace: change.namespace,
      effect: change.effect,
      spec: change.spec,
      resources: change.resources,
      ...errorFields(report, change),
    })),
    problems: report.problems,
    ...(report.live
      ? {
          live: {
            compared: report.live.compared,
            applications: [...report.live.changes].map(([key, resources]) => ({
              name: key.slice(key.indexOf("/") + 1),
              namespace: key.slice(0, key.indexOf("/")),
              resources,
            })),
            errors: report.live.errors,
          },
        }
      : {}),
  };
}

/** The error and the revision that has it. */
function errorFields(report: FleetReport, { error, errorAt }: ApplicationChange): object {
  return error ? { error: formatError(error), errorAt: errorAt === "before" ? report.from : report.to } : {};
}

/** SARIF 2.1.0 for code scanning: what cannot be rendered, and what vanishes. */
export function sarifReport(report: FleetReport): unknown {
  const result = (ruleId: string, level: string, text: string, location?: { file: string; line?: number; column?: number }) => ({
    ruleId,
    level,
    message: { text },
    ...(location
      ? {
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: location.file },
                ...(location.line
                  ? { region: { startLine: location.line, ...(location.column ? { startColumn: location.column } : {}) } }
                  : {}),
              },
            },
          ],
        }
      : {}),
  });
  const rules = [
    { id: "application-error", shortDescription: { text: "An Application cannot be rendered" } },
    { id: "application-removed", shortDescription: { text: "An Application vanishes" } },
    { id: "live-difference", shortDescription: { text: "A cluster is not as the commit wants it" } },
    { id: "fleet-problem", shortDescription: { text: "A finding about the fleet" } },
  ];
  const results = [
    ...report.changes
      .filter((change) => change.effect === "error")
      .map((change) =>
        result(
          "application-error",
          "error",
          `${change.name}: ${change.error?.message}`,
          change.error?.location ?? { file: change.after?.origin.file ?? "" },
        ),
      ),
    ...report.changes
      .filter((change) => change.effect === "removed")
      .map((change) =>
        result("application-removed", "warning", `${change.name} vanishes`, { file: change.before?.origin.file ?? "" }),
      ),
    ...[...(report.live?.changes ?? [])].map(([key, resources]) =>
      result(
        "live-difference",
        "warning",
        `${key.slice(key.indexOf("/") + 1)}: ${resources.length} resources are not as the commit wants them`,
        { file: report.after.applications.get(key)?.origin.file ?? "" },
      ),
    ),
    ...report.problems.map((problem) => result("fleet-problem", "warning", problem)),
  ];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "fleetwright", rules } }, results }],
  };
}
