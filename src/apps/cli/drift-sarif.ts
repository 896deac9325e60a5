import type { DriftRow } from "../../core/drift/drift-rows.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { type SarifRule, sarifLog } from "../fleet/report/sarif.js";
import { applicationRow } from "./application-row.js";
import { formatAge } from "./output.js";

const rules: readonly SarifRule[] = [
  { id: "drift-changed", level: "warning", summary: "A live object differs from git" },
  { id: "drift-missing", level: "warning", summary: "An object of git is not in the cluster" },
  { id: "drift-extra", level: "warning", summary: "A live object is not in git any more" },
];

/** Drift as SARIF 2.1.0, for code scanning: a result for each resource, at the path its Application is made from. */
export function driftSarif(rows: readonly DriftRow[], applications: readonly KubernetesObject[]): unknown {
  const paths = new Map(applications.map((application) => [application.metadata.name, applicationRow(application).path]));
  const findings = rows.map((row) => {
    const { episode, application, cluster, ageMs } = row;
    const managers = new Set(episode.fields.map(({ by }) => (by === "unknown" ? "unknown" : by.manager)));
    const fields = episode.fields.map(({ path }) => path).join(", ");
    const who = managers.size === 0 ? "" : `; written by ${[...managers].join(", ")}`;
    return {
      rule: `drift-${episode.drift}`,
      text: `${application} on ${cluster}: ${episode.resource} is ${episode.drift} for ${formatAge(ageMs)}${fields ? `: ${fields}` : ""}${who}`,
      location: { file: paths.get(application) ?? "" },
      resource: `${application}/${episode.resource}`,
      identity: `${row.namespace}/${application}/${episode.resource}`,
      properties: { cause: episode.cause, onset: new Date(episode.onsetMs).toISOString() },
    };
  });
  return sarifLog("fleetwright", rules, findings);
}
