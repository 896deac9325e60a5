import type { ResourceRegistry } from "../api/resource-registry.js";
import { apiVersionOf, type ResourceType } from "../api/resource-type.js";
import { pathNotFound } from "../api/status-error.js";
import { type Exchange, sendJson, sendText } from "./exchange.js";

/** Subresources that answer with another kind than their parent. */
const subresourceKinds: {
  readonly [name: string]: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly verbs: readonly string[];
  };
} = {
  scale: { group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] },
  eviction: { group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] },
  binding: { group: "", version: "v1", kind: "Binding", verbs: ["create"] },
  token: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] },
};

/** `/api`, `/apis` and below them the group and version documents; false for another path. */
export function serveDiscovery(exchange: Exchange): boolean {
  const { path, shape, cluster } = exchange;
  const parts = path.split("/").filter((part) => part !== "");
  const isRoot = path === "/api" || path === "/apis" || path === "/api/" || path === "/apis/";
  if (isRoot && shape.kind === "discovery") {
    const groups = groupsOf(cluster.registry).filter(([group]) => (parts[0] === "api") === (group === ""));
    const body = {
      kind: "APIGroupDiscoveryList",
      apiVersion: `apidiscovery.k8s.io/${shape.version}`,
      metadata: {},
      items: groups.map(aggregatedGroup),
    };
    sendText(
      exchange,
      200,
      `application/json;g=apidiscovery.k8s.io;v=${shape.version};as=APIGroupDiscoveryList`,
      JSON.stringify(body),
    );
    return true;
  }
  if (parts[0] === "api" && parts.length === 1) {
    sendJson(exchange, 200, { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] });
    return true;
  }
  if (parts[0] === "api" && parts.length === 2) return serveVersion(exchange, "", parts[1]!);
  if (parts[0] !== "apis") return false;
  if (parts.length === 1) {
    const groups = groupsOf(cluster.registry).filter(([group]) => group !== "");
    sendJson(exchange, 200, {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: groups.map(([group, versions]) => apiGroup(group, versions)),
    });
    return true;
  }
  if (parts.length === 2) {
    const found = groupsOf(cluster.registry).find(([group]) => group === parts[1]);
    if (!found) throw pathNotFound();
    sendJson(exchange, 200, { kind: "APIGroup", apiVersion: "v1", ...apiGroup(...found) });
    return true;
  }
  return parts.length === 3 ? serveVersion(exchange, parts[1]!, parts[2]!) : false;
}

type Groups = readonly (readonly [group: string, versions: ReadonlyMap<string, readonly ResourceType[]>])[];

function groupsOf(registry: ResourceRegistry): Groups {
  const groups = new Map<string, Map<string, ResourceType[]>>();
  for (const type of registry.all()) {
    let versions = groups.get(type.group);
    if (!versions) groups.set(type.group, (versions = new Map()));
    const types = versions.get(type.version);
    if (types) types.push(type);
    else versions.set(type.version, [type]);
  }
  return [...groups].map(
    ([group, versions]) => [group, new Map([...versions].sort(([a], [b]) => compareVersions(a, b)))] as const,
  );
}

/** Kubernetes' version order: v2, v1, v1beta2, v1alpha1, then anything else by name. */
export function compareVersions(a: string, b: string): number {
  const left = versionRank(a);
  const right = versionRank(b);
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return right[i]! - left[i]!;
  return a < b ? -1 : a > b ? 1 : 0;
}

function versionRank(version: string): readonly [number, number, number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [-1, 0, 0];
  const stage = match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0;
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}

function apiGroup(group: string, versions: ReadonlyMap<string, unknown>): object {
  const list = [...versions.keys()].map((version) => ({ groupVersion: apiVersionOf(group, version), version }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

function serveVersion(exchange: Exchange, group: string, version: string): boolean {
  const types = exchange.cluster.registry.all().filter((type) => type.group === group && type.version === version);
  if (types.length === 0) throw pathNotFound();
  sendJson(exchange, 200, {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf(group, version),
    resources: types.flatMap((type) => [apiResource(type), ...type.subresources.map((name) => apiSubresource(type, name))]),
  });
  return true;
}

function apiResource(type: ResourceType): object {
  return {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
  };
}

function apiSubresource(type: ResourceType, name: string): object {
  const other = subresourceKinds[name];
  return {
    name: `${type.plural}/${name}`,
    singularName: "",
    namespaced: type.namespaced,
    ...(other ? { group: other.group, version: other.version } : {}),
    kind: other?.kind ?? type.kind,
    verbs: subresourceVerbs(name),
  };
}

function subresourceVerbs(name: string): readonly string[] {
  if (subresourceKinds[name]) return subresourceKinds[name].verbs;
  return name === "log" ? ["get"] : name === "finalize" ? ["update"] : ["get", "patch", "update"];
}

function aggregatedGroup([group, versions]: Groups[number]): object {
  return {
    metadata: { ...(group === "" ? {} : { name: group }), creationTimestamp: null },
    versions: [...versions].map(([version, types]) => ({
      version,
      freshness: "Current",
      resources: types.map(aggregatedResource),
    })),
  };
}

function aggregatedResource(type: ResourceType): object {
  return {
    resource: type.plural,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? "Namespaced" : "Cluster",
    singularResource: type.singular,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
    ...(type.subresources.length > 0 ? { subresources: type.subresources.map((name) => aggregatedSubresource(type, name)) } : {}),
  };
}

function aggregatedSubresource(type: ResourceType, name: string): object {
  const other = subresourceKinds[name];
  const { group, version, kind } = other ?? type;
  return { subresource: name, responseKind: { group, version, kind }, verbs: subresourceVerbs(name) };
}
