import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import type { ApiResource } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";
import type { Transport } from "./transport.js";

const aggregated = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(",");

/** All resources that can be listed, versions in the server's order of preference; aggregated where the server can, else version by version. */
export async function discoverResources(transport: Transport): Promise<readonly ApiResource[]> {
  const accept = `${aggregated},application/json`;
  const [core, groups] = await Promise.all([
    transport.request("GET", "/api", { accept }),
    transport.request("GET", "/apis", { accept }),
  ]);
  const found = (
    await Promise.all([
      isAggregated(core) ? readAggregated(core) : readVersions(transport, "", "/api", listAt(toObject(core), "versions")),
      isAggregated(groups) ? readAggregated(groups) : readGroups(transport, toObject(groups)),
    ])
  ).flat();
  return found.filter((resource) => resource.verbs.includes("list"));
}

function isAggregated(value: unknown): boolean {
  return stringAt(toObject(value), "kind") === "APIGroupDiscoveryList";
}

function readAggregated(value: unknown): readonly ApiResource[] {
  return objects(listAt(toObject(value), "items")).flatMap((group) =>
    objects(listAt(group, "versions")).flatMap((version) =>
      objects(listAt(version, "resources")).map((resource) => ({
        group: stringAt(objectAt(group, "metadata"), "name"),
        version: stringAt(version, "version"),
        kind: stringAt(objectAt(resource, "responseKind"), "kind"),
        resource: stringAt(resource, "resource"),
        namespaced: stringAt(resource, "scope") === "Namespaced",
        verbs: listAt(resource, "verbs").map(String),
      })),
    ),
  );
}

async function readGroups(transport: Transport, groups: ValueObject): Promise<readonly ApiResource[]> {
  const perGroup = await Promise.all(
    objects(listAt(groups, "groups")).map((group) => {
      const preferred = stringAt(objectAt(group, "preferredVersion"), "version");
      const versions = objects(listAt(group, "versions")).map((version) => stringAt(version, "version"));
      const ordered = [...versions].sort((a, b) => Number(b === preferred) - Number(a === preferred));
      return readVersions(transport, stringAt(group, "name"), `/apis/${stringAt(group, "name")}`, ordered);
    }),
  );
  return perGroup.flat();
}

async function readVersions(
  transport: Transport,
  group: string,
  path: string,
  versions: readonly Value[],
): Promise<readonly ApiResource[]> {
  const perVersion = await Promise.all(
    versions.map(async (version) => {
      // One broken aggregated API must not hide all the others.
      const list = await transport.request("GET", `${path}/${version}`).catch((error: unknown) => {
        if (error instanceof ClusterError && error.status >= 500) return {};
        throw error;
      });
      return objects(listAt(toObject(list), "resources"))
        .filter((resource) => !stringAt(resource, "name").includes("/"))
        .map((resource) => ({
          group: stringAt(resource, "group") || group,
          version: stringAt(resource, "version") || String(version),
          kind: stringAt(resource, "kind"),
          resource: stringAt(resource, "name"),
          namespaced: resource["namespaced"] === true,
          verbs: listAt(resource, "verbs").map(String),
        }));
    }),
  );
  return perVersion.flat();
}

function objects(list: readonly Value[]): readonly ValueObject[] {
  return list.filter(isObject);
}

function toObject(value: unknown): ValueObject {
  return isObject(value) ? value : {};
}
