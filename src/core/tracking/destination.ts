import { InputError } from "../errors.js";

export const inClusterServer = "https://kubernetes.default.svc";
export const inClusterName = "in-cluster";

export interface KnownCluster {
  readonly name: string;
  readonly server: string;
}

export interface Destination {
  readonly name?: string | undefined;
  readonly server?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * The one cluster that `destination` means, by server (trailing slashes ignored) or by name; InputError with Argo CD's text
 * otherwise. The cluster of the controller itself needs no Secret unless `inClusterEnabled` is false.
 */
export function resolveDestination<Cluster extends KnownCluster>(
  destination: Destination,
  clusters: readonly Cluster[],
  options: { readonly inClusterEnabled?: boolean } = {},
): Cluster | KnownCluster {
  const inClusterEnabled = options.inClusterEnabled ?? true;
  const server = resolveServer(destination, clusters, inClusterEnabled);
  const found = clusters.find((cluster) => trimServer(cluster.server) === server);
  if (server === inClusterServer && !inClusterEnabled) throw notFound(destination, server, "is disabled");
  if (found) return found;
  if (server === inClusterServer) return { name: inClusterName, server };
  throw notFound(destination, server, "not found");
}

function resolveServer(destination: Destination, clusters: readonly KnownCluster[], inClusterEnabled: boolean): string {
  const { name = "", server = "" } = destination;
  if (name !== "" && server !== "") {
    throw destinationError(`application destination can't have both name and server defined: ${name} ${server}`);
  }
  if (server !== "") return trimServer(server);
  if (name === "") throw destinationError("Destination server missing from app spec");
  const servers = serversNamed(name, clusters, inClusterEnabled);
  const [first] = servers;
  if (first === undefined) throw destinationError(`there are no clusters with this name: ${name}`);
  if (servers.length > 1) {
    throw destinationError(`there are ${servers.length} clusters with the same name: [${servers.join(" ")}]`);
  }
  return first;
}

function serversNamed(name: string, clusters: readonly KnownCluster[], inClusterEnabled: boolean): readonly string[] {
  const servers = clusters.filter((cluster) => cluster.name === name).map((cluster) => trimServer(cluster.server));
  if (servers.length === 0 && name === inClusterName && inClusterEnabled) return [inClusterServer];
  return inClusterEnabled ? servers : servers.filter((server) => server !== inClusterServer);
}

function trimServer(server: string): string {
  return server.endsWith("/") ? server.replace(/\/+$/, "") : server;
}

function notFound(destination: Destination, server: string, why: string): InputError {
  const text = `rpc error: code = NotFound desc = cluster ${JSON.stringify(server)} ${why}`;
  return destinationError(
    destination.server
      ? `error getting cluster by server ${JSON.stringify(destination.server)}: ${text}`
      : `error getting cluster by URL: ${text}`,
  );
}

function destinationError(message: string): InputError {
  return new InputError(message, { code: "DESTINATION_INVALID" });
}
