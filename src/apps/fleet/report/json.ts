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
