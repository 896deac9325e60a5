import type { DriftRow } from "../../core/drift/drift-rows.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { applicationRow } from "./application-row.js";
import { formatAge } from "./output.js";

const rules = [
  { id: "drift-changed", shortDescription: { text: "A live object differs from git" } },
  { id: "drift-missing", shortDescription: { text: "An object of git is not in the cluster" } },
  { id: "drift-extra", shortDescription: { text: "A live object is not in git any more" } },
];

/** Drift as SARIF 2.1.0, for code scanning: a result for each resource, at the path its Application is made from. */
export function driftSarif(rows: readonly DriftRow[], applications: readonly KubernetesObject[]): unknown {
  const paths = new Map(applications.map((application) => [application.metadata.name, applicationRow(application).path]));
  const results = rows.map((row) => {
    const { episode, application, cluster, ageMs } = row;
    const managers = new Set(episode.fields.map(({ by }) => (by === "unknown" ? "unknown" : by.manager)));
    const fields = episode.fields.map(({ path }) => path).join(", ");
    const who = managers.size === 0 ? "" : `; written by ${[...managers].join(", ")}`;
    const text = `${application} on ${cluster}: ${episode.resource} is ${episode.drift} for ${formatAge(ageMs)}${fields ? `: ${fields}` : ""}${who}`;
    return {
      ruleId: `drift-${episode.drift}`,
      level: "warning",
      message: { text },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: paths.get(application) || "." } },
          logicalLocations: [{ fullyQualifiedName: `${application}/${episode.resource}`, kind: "resource" }],
        },
      ],
      partialFingerprints: { "drift/v1": `${row.namespace}/${application}/${episode.resource}` },
      properties: { cause: episode.cause, onset: new Date(episode.onsetMs).toISOString() },
    };
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "fleetwright", rules } }, results }],
  };
}
