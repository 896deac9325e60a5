import { StatusError } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { type Draft, part, parts, text } from "../draft.js";
import type { ResourceExchange } from "./exchange.js";
import { isTrue } from "./watch.js";

const group = "rbac.authorization.k8s.io";

/**
 * Kubernetes' RBAC for requests that act as somebody else (`Impersonate-User`); the one user of a simulated cluster himself may do
 * everything. Throws 403 in the API server's words.
 */
export function authorize(exchange: ResourceExchange): void {
  const header = exchange.request.headers["impersonate-user"];
  if (typeof header !== "string" || header === "") return;
  const { info, cluster } = exchange;
  const resource = info.subresource === "" ? info.plural : `${info.plural}/${info.subresource}`;
  const wanted = { verb: verbOf(exchange), group: info.group, resource, name: info.name };
  const groups = groupsOf(header);
  if (groups.includes("system:masters")) return;
  const subject = { user: header, groups };
  for (const binding of objectsOf(cluster, "clusterrolebindings"))
    if (isBound(binding, subject) && rulesOf(cluster, binding, "").some((rule) => permits(rule, wanted))) return;
  if (info.namespace !== "")
    for (const binding of objectsOf(cluster, "rolebindings", info.namespace))
      if (isBound(binding, subject) && rulesOf(cluster, binding, info.namespace).some((rule) => permits(rule, wanted))) return;
  throw forbidden(header, wanted, info.namespace);
}

interface Wanted {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string;
}

function verbOf({ method, info, query }: ResourceExchange): string {
  const isCollection = info.name === "";
  switch (method) {
    case "GET":
      return isTrue(query.get("watch")) || info.watch ? "watch" : isCollection ? "list" : "get";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    default:
      return isCollection ? "deletecollection" : "delete";
  }
}

/** A service account belongs to the groups of its namespace; everybody who is known is authenticated. */
function groupsOf(user: string): readonly string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user) ?? [];
  if (namespace === undefined) return ["system:authenticated"];
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
}

function isBound(binding: Draft, subject: { readonly user: string; readonly groups: readonly string[] }): boolean {
  return parts(binding, "subjects").some((one) => {
    const name = text(one, "name");
    switch (text(one, "kind")) {
      case "User":
        return name === subject.user;
      case "Group":
        return subject.groups.includes(name);
      case "ServiceAccount":
        return `system:serviceaccount:${text(one, "namespace")}:${name}` === subject.user;
      default:
        return false;
    }
  });
}

function rulesOf(cluster: Cluster, binding: Draft, namespace: string): readonly Draft[] {
  const ref = part(binding, "roleRef");
  const isCluster = text(ref, "kind") === "ClusterRole";
  const roles = objectsOf(cluster, isCluster ? "clusterroles" : "roles", isCluster ? undefined : namespace);
  const role = roles.find((one) => text(part(one, "metadata"), "name") === text(ref, "name"));
  return parts(role, "rules");
}

function permits(rule: Draft, wanted: Wanted): boolean {
  const has = (key: string, value: string): boolean => {
    const list = rule[key];
    return Array.isArray(list) && (list.includes("*") || list.includes(value));
  };
  const names = rule["resourceNames"];
  const isNamed = Array.isArray(names) && names.length > 0;
  if (!has("verbs", wanted.verb) || !has("apiGroups", wanted.group) || !has("resources", wanted.resource)) return false;
  return !isNamed || (names as readonly unknown[]).includes(wanted.name);
}

function objectsOf(cluster: Cluster, plural: string, namespace?: string): readonly Draft[] {
  const type = cluster.registry.find(group, "v1", plural);
  if (type === undefined) return [];
  return cluster.store.list(type.storage, namespace).map(({ object }) => object as unknown as Draft);
}

function forbidden(user: string, { verb, group: of, resource, name }: Wanted, namespace: string): StatusError {
  const qualified = of === "" ? resource : `${resource}.${of}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const what = name === "" || verb === "create" ? qualified : `${qualified} "${name}"`;
  const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${of}" ${where}`;
  return new StatusError(403, "Forbidden", message, {
    ...(name === "" ? {} : { name }),
    ...(of === "" ? {} : { group: of }),
    kind: resource,
  });
}
