import type { KubernetesObject } from "../core/manifest/object.js";
import type { ClusterConnection, ClusterPort } from "./cluster.js";

/** A cluster as its Secret (`argocd.argoproj.io/secret-type: cluster`) tells it. */
export interface RegisteredCluster {
  readonly name: string;
  readonly server: string;
  readonly secretName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly project?: string;
  /** Namespaces the controller is limited to; empty means all. */
  readonly namespaces: readonly string[];
  readonly clusterResources: boolean;
  /** The ordinal of the replica that the cluster is to be worked on by. */
  readonly shard?: number;
  readonly connection: ClusterConnection;
}

/** Turns cluster Secrets into connections; the only place that knows how a cluster is reached. */
export interface ClusterRegistryPort {
  /** Reads a cluster Secret; a malformed one throws `InputError` CLUSTER_SECRET_* that names it. */
  read(secret: KubernetesObject): RegisteredCluster;
  connect(connection: ClusterConnection): ClusterPort;
}
