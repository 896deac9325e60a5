import { kubernetesClient } from "../../adapters/kubernetes/kubernetes-client.js";
import { readOnlyCluster } from "../../adapters/kubernetes/read-only-cluster.js";
import type { ClusterPort } from "../../ports/cluster.js";
import type { Inspector } from "../inspect/open-inspector.js";
import { type InspectOptions, withInspector } from "./inspect-options.js";
import type { CliIo } from "./io.js";

/** As `withInspector`, with clients of hub and clusters that refuse each write. */
export async function withReadOnlyInspector(
  io: CliIo,
  options: InspectOptions,
  action: (inspector: Inspector, hub: ClusterPort) => Promise<void>,
): Promise<void> {
  const connect = (connection: Parameters<typeof kubernetesClient>[0]): ClusterPort =>
    readOnlyCluster(kubernetesClient(connection));
  await withInspector(io, { ...options, wrap: readOnlyCluster, connect }, action);
}
