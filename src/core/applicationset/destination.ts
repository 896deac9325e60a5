import type { ValueObject } from "../manifest/value.js";
import { stringAt } from "../manifest/value.js";
import { type Cluster, inClusterName, inClusterServer } from "./clusters.js";

export type DestinationResult =
  | { readonly kind: "found"; readonly name: string; readonly server: string }
  | { readonly kind: "invalid"; readonly message: string };

/** The cluster that a destination names, by name or by server, with Argo CD's words where there is none. */
export function findDestination(destination: ValueObject | undefined, clusters: readonly Cluster[]): DestinationResult {
  const name = stringAt(destination, "name");
  const server = stringAt(destination, "server");
  if (name !== "" && server !== "") {
    return invalid(`application destination can't have both name and server defined: ${name} ${server}`);
  }
  if (server !== "") {
    const wanted = trimSlashes(server);
    const found = byServer(wanted, clusters);
    const shown = JSON.stringify(server);
    return (
      found ??
      invalid(
        `error getting cluster by server ${shown}: rpc error: code = NotFound desc = cluster ${JSON.stringify(wanted)} not found`,
      )
    );
  }
  if (name === "") return invalid("Destination server missing from app spec");
  const servers = clusters.filter((cluster) => cluster.name === name).map((cluster) => trimSlashes(cluster.server));
  if (servers.length === 0 && name === inClusterName) return byServer(inClusterServer, clusters)!;
  if (servers.length === 0) return invalid(`there are no clusters with this name: ${name}`);
  if (servers.length > 1) return invalid(`there are ${servers.length} clusters with the same name: [${servers.join(" ")}]`);
  return (
    byServer(servers[0]!, clusters) ??
    invalid(`error getting cluster by URL: rpc error: code = NotFound desc = cluster "${servers[0]}" not found`)
  );
}

function byServer(server: string, clusters: readonly Cluster[]): DestinationResult | undefined {
  const found = clusters.find((cluster) => trimSlashes(cluster.server) === server);
  if (found) return { kind: "found", name: found.name, server };
  return server === inClusterServer ? { kind: "found", name: inClusterName, server } : undefined;
}

function trimSlashes(server: string): string {
  return server.replace(/\/+$/, "");
}

function invalid(message: string): DestinationResult {
  return { kind: "invalid", message };
}
