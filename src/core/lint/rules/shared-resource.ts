import type { Location } from "../../errors.js";
import type { FleetApplication } from "../../impact/fleet-state.js";
import { type KubernetesObject, splitApiVersion } from "../../manifest/object.js";
import { builtInSchemas } from "../../manifest/schema/built-in.js";
import { joinSources } from "../../manifest/schema/crd.js";
import type { SchemaSource } from "../../manifest/schema/schema.js";
import { objectAt, stringAt } from "../../manifest/value.js";
import { resolveDestination } from "../../tracking/destination.js";
import type { Finding, LintedFleet, Rule } from "../rule.js";
import { schemasOfTree } from "../tree-schemas.js";

/** Two Applications that write the same object of the same cluster: each takes it from the other at every sync. */
export const sharedResource: Rule = {
  id: "shared-resource",
  severity: "error",
  summary: "Two Applications write the same object of the same cluster.",
  check(fleet) {
    const schemas = joinSources(schemasOfTree(fleet), builtInSchemas);
    const owners = new Map<string, FleetApplication>();
    const pairs = new Map<string, { readonly first: FleetApplication; readonly second: FleetApplication; objects: string[] }>();
    for (const application of fleet.state.applications.values()) {
      const cluster = clusterOf(application, fleet);
      if (cluster === undefined) continue;
      for (const manifest of application.render.manifests) {
        // A hook's object is made anew at each sync.
        if (isHook(manifest) || !manifest.metadata.name) continue;
        const object = objectName(manifest, application, schemas);
        const key = `${cluster} ${object}`;
        const first = owners.get(key);
        if (first === undefined) owners.set(key, application);
        else if (first !== application) {
          const pair = `${first.key} ${application.key}`;
          const known = pairs.get(pair);
          if (known) known.objects.push(object);
          else pairs.set(pair, { first, second: application, objects: [object] });
        }
      }
    }
    return [...pairs.values()].map(
      ({ first, second, objects }): Finding => ({
        location: originPlace(second, fleet),
        message: `${second.key} and ${first.key} both write ${some(objects)} on ${destinationText(second)}`,
      }),
    );
  },
};

function clusterOf({ spec }: FleetApplication, { inventory }: LintedFleet): string | undefined {
  const destination = objectAt(spec, "destination");
  const [name, server] = [stringAt(destination, "name"), stringAt(destination, "server")];
  try {
    return resolveDestination({ name, server }, inventory ?? []).server;
  } catch {
    // A cluster that the repository does not know is itself by its server, or by its name.
    return server.replace(/\/+$/, "") || name || undefined;
  }
}

function isHook({ metadata }: KubernetesObject): boolean {
  const annotations = metadata.annotations ?? {};
  return "argocd.argoproj.io/hook" in annotations || "helm.sh/hook" in annotations;
}

/** `apps/Deployment shop/cart`; the version does not tell objects apart. */
function objectName(manifest: KubernetesObject, application: FleetApplication, schemas: SchemaSource): string {
  const { group, version } = splitApiVersion(manifest.apiVersion);
  const isNamespaced = schemas.resourceFor({ group, version, kind: manifest.kind })?.namespaced ?? true;
  const fallback = stringAt(objectAt(application.spec, "destination"), "namespace") || "default";
  const namespace = isNamespaced ? `${manifest.metadata.namespace || fallback}/` : "";
  return `${group === "" ? "" : `${group}/`}${manifest.kind} ${namespace}${manifest.metadata.name}`;
}

export function originPlace({ origin }: FleetApplication, { files, state }: LintedFleet): Location {
  if (origin.kind === "file") return files.place(origin.file, ["metadata", "name"], { document: origin.document });
  const document = state.applicationSets.get(origin.applicationSet)?.document ?? 0;
  return files.place(origin.file, ["spec", "template", "metadata", "name"], { document });
}

function destinationText({ spec }: FleetApplication): string {
  const destination = objectAt(spec, "destination");
  return stringAt(destination, "server") || stringAt(destination, "name");
}

function some(objects: readonly string[]): string {
  return objects.length === 1 ? objects[0]! : `${objects[0]} and ${objects.length - 1} more objects`;
}
