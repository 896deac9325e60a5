import { formatError } from "../../core/errors.js";
import type { FieldChange } from "../../core/impact/field-change.js";
import type { FleetApplication } from "../../core/impact/fleet-state.js";
import type { ResourceChange } from "../../core/impact/resource-change.js";
import { asObject, asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { resourceDifferences } from "../cli/resource-difference.js";
import type { LiveReport } from "../fleet/report/fleet-report.js";
import { applicationResource } from "../server/applications-view.js";
import type { Inspector } from "./open-inspector.js";

const atOnce = 8;
const kinds = { changed: "changed", missing: "added", extra: "removed" } as const;

/** What a sync of these Applications would change in their clusters: `app diff` for a fleet that is only in a clone. Writes nothing. */
export async function compareWithLive(
  inspector: Inspector,
  hub: ClusterPort,
  applications: readonly FleetApplication[],
  namespace: string,
): Promise<LiveReport> {
  const changes = new Map<string, readonly ResourceChange[]>();
  const errors: { readonly application: string; readonly message: string }[] = [];
  const { items } = await hub.list(applicationResource, { namespace });
  const registered = new Map(items.map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]));
  const one = async (application: FleetApplication): Promise<void> => {
    const { render } = application;
    try {
      if (render.error) throw render.error;
      const object = objectOf(application, registered.get(application.key), (server) =>
        inspector.clusters.some((cluster) => cluster.server === server),
      );
      const inspection = await inspector.compare(object, render.manifests);
      const found = resourceDifferences(inspection.resources).map(
        ({ resource, difference, fields }): ResourceChange => ({
          kind: kinds[difference],
          resource: { group: resource.group, kind: resource.kind, namespace: resource.namespace, name: resource.name },
          fields: fields.map(({ path, live, git }): FieldChange => ({ path, before: live, after: git })),
        }),
      );
      if (found.length > 0) changes.set(application.key, found);
      const failure = inspection.conditions.find(({ type }) => type === "ComparisonError");
      if (failure) errors.push({ application: application.name, message: failure.message });
    } catch (error) {
      errors.push({ application: application.name, message: formatError(error) });
    }
  };
  const queue = [...applications].reverse();
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) await one(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { compared: applications.length, changes: new Map([...changes].sort(([a], [b]) => (a < b ? -1 : 1))), errors };
}

/**
 * The Application as the clone has it. What it had when it was reported last is where objects that left git are found; where the clone's inventory
 * names a server that the hub does not know, the hub's own destination of the Application counts.
 */
function objectOf(
  { name, namespace, metadata, spec }: FleetApplication,
  registered: KubernetesObject | undefined,
  isKnownServer: (server: string) => boolean,
): KubernetesObject {
  const known = registered ? (asValue(registered) as ValueObject) : {};
  const server = stringAt(objectAt(spec, "destination"), "server");
  const isForeign = server !== "" && !isKnownServer(server) && registered !== undefined;
  const destination = objectAt(isForeign ? objectAt(known, "spec") : spec, "destination");
  return asObject({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { ...metadata, name, namespace },
    spec: { ...spec, destination },
    status: objectAt(known, "status"),
  });
}
