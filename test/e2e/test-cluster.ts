import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubernetesClient } from "#src/adapters/kubernetes/kubernetes-client.js";
import type { ClusterConnection, ClusterPort } from "#src/ports/cluster.js";
import { kubeconfigOf, startSimulator } from "#src/simulator/server.js";
import { startRealCluster } from "./real-cluster.js";
import { playStatus } from "./status-player.js";

/** A cluster under test, real or simulated: what a suite may know of it. */
export interface TestCluster {
  readonly kind: "real" | "simulator";
  readonly name: string;
  readonly connection: ClusterConnection;
  /** Path of a kubeconfig with the one context `name`. */
  readonly kubeconfig: string;
  readonly client: ClusterPort;
  /** Path of a real API server's audit log. */
  readonly auditLog?: string;
  stop(): Promise<void>;
}

export type ClusterFactory = (name: string) => Promise<TestCluster>;

/** Real etcd, kube-apiserver and kube-controller-manager; the status player is their kubelet. */
export function realClusters(assets: string): ClusterFactory {
  return async (name) => {
    const real = await startRealCluster({ name, assets, controllerManager: true });
    const connection = { server: real.url, bearerToken: real.token, insecure: true };
    const client = kubernetesClient(connection);
    const stopPlaying = playStatus(client);
    return {
      kind: "real",
      name,
      connection,
      kubeconfig: real.kubeconfig,
      client,
      auditLog: real.auditLog,
      async stop() {
        await stopPlaying();
        await client.close();
        await real.stop();
      },
    };
  };
}

export const simulatedClusters: ClusterFactory = async (name) => {
  const directory = await mkdtemp(join(tmpdir(), `fleetwright-${name}-`));
  const simulator = await startSimulator({ name, speed: 20 });
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf([simulator]), { mode: 0o600 });
  const connection = { server: simulator.url, bearerToken: simulator.token };
  const client = kubernetesClient(connection);
  return {
    kind: "simulator",
    name,
    connection,
    kubeconfig,
    client,
    async stop() {
      await client.close();
      await simulator.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
