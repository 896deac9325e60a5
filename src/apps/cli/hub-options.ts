import { type Command, Option } from "commander";
import type { ClusterPort } from "../../ports/cluster.js";
import { type CliIo, guarded } from "./io.js";

/** How every command that talks to a hub is told where it is. */
export interface HubOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
}

export function addHubOptions(command: Command): Command {
  return command
    .addOption(new Option("--kubeconfig <file>", "kubeconfig of the hub (default: $KUBECONFIG, ~/.kube/config, in-cluster)"))
    .addOption(new Option("--context <name>", "context of the kubeconfig"))
    .addOption(new Option("-n, --namespace <name>", "namespace of the Applications").default("argocd"));
}

/** Runs an action with a client of the hub, which is closed afterwards; an error is printed and becomes exit code 2. */
export async function withHub(io: CliIo, options: HubOptions, action: (hub: ClusterPort) => Promise<void>): Promise<void> {
  await guarded(io, async () => {
    // The client is large, and some commands take these options without using them.
    const [{ loadKubeconfig }, { kubernetesClient }] = await Promise.all([
      import("../../adapters/kubernetes/kubeconfig.js"),
      import("../../adapters/kubernetes/kubernetes-client.js"),
    ]);
    const connection = await loadKubeconfig({
      ...(options.kubeconfig === undefined ? {} : { file: options.kubeconfig }),
      ...(options.context === undefined ? {} : { context: options.context }),
    });
    const hub = kubernetesClient(connection);
    try {
      await action(hub);
    } finally {
      await hub.close();
    }
  });
}
