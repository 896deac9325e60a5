import type { SimulatedCluster } from "./simulated-clusters.js";

/** One kubeconfig with a context for each cluster; the first one is current. */
export function kubeconfigOf(clusters: readonly SimulatedCluster[]): string {
  const list = (line: (cluster: SimulatedCluster) => string): string => clusters.map((cluster) => `  - ${line(cluster)}\n`).join("");
  return `apiVersion: v1
kind: Config
current-context: ${clusters[0]?.name ?? ""}
clusters:
${list(({ name, server }) => `{name: ${name}, cluster: {server: "${server}"}}`)}users:
${list(({ name, token }) => `{name: ${name}, user: {token: "${token}"}}`)}contexts:
${list(({ name }) => `{name: ${name}, context: {cluster: ${name}, user: ${name}}}`)}`;
}
