import { readClusterSecret } from "../../adapters/kubernetes/cluster-secret.js";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { base64Encode, utf8Encode } from "../../platform/bytes.js";
import type { ApiResource, ClusterConnection, ClusterPort } from "../../ports/cluster.js";
import type { RegisteredCluster } from "../../ports/cluster-registry.js";

export interface ClusterSecretOptions {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly project?: string;
  readonly namespaces: readonly string[];
  readonly clusterResources: boolean;
}

const secretResource: ApiResource = {
  group: "",
  version: "v1",
  kind: "Secret",
  resource: "secrets",
  namespaced: true,
  verbs: ["list"],
};

/** The registered clusters with their Secrets, by name. Throws InputError where a Secret cannot be read. */
export async function clusterSecrets(
  hub: ClusterPort,
  namespace: string,
): Promise<readonly { readonly secret: KubernetesObject; readonly cluster: RegisteredCluster }[]> {
  const labelSelector = "argocd.argoproj.io/secret-type=cluster";
  const { items } = await hub.list(secretResource, { namespace, labelSelector });
  return items
    .map((secret) => ({ secret: { ...secret, apiVersion: "v1", kind: "Secret" }, cluster: readClusterSecret(secret) }))
    .sort((a, b) => (a.cluster.name < b.cluster.name ? -1 : 1));
}

/** The Secret (without a name of its own) by which Argo CD and Fleetwright know a cluster. */
export function clusterSecret(connection: ClusterConnection, options: ClusterSecretOptions): KubernetesObject {
  if (connection.headers !== undefined)
    throw new InputError("the context gets its credentials from a plug-in, which a Secret cannot hold", {
      code: "CLUSTER_CREDENTIALS",
      hint: "make a ServiceAccount token on the cluster and a context that uses it",
    });
  const { caData, clientCertData, clientKeyData, bearerToken, username, password, insecure, tlsServerName, proxyUrl } =
    connection;
  const pem = (text: string | undefined): string | undefined => (text === undefined ? undefined : base64Encode(utf8Encode(text)));
  const tlsClientConfig = {
    insecure: insecure === true,
    serverName: tlsServerName,
    caData: pem(caData),
    certData: pem(clientCertData),
    keyData: pem(clientKeyData),
  };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "",
      namespace: options.namespace,
      labels: { ...options.labels, "argocd.argoproj.io/secret-type": "cluster" },
      annotations: { ...options.annotations, "managed-by": "argocd.argoproj.io" },
    },
    type: "Opaque",
    stringData: {
      name: options.name,
      server: connection.server.replace(/\/+$/, ""),
      config: JSON.stringify({ bearerToken, username, password, tlsClientConfig, proxyUrl }),
      ...(options.project === undefined ? {} : { project: options.project }),
      ...(options.namespaces.length > 0 ? { namespaces: options.namespaces.join(",") } : {}),
      ...(options.clusterResources ? { clusterResources: "true" } : {}),
    },
  };
}

/** `key=value` texts of an option. */
export function pairsOf(option: string, texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [key, value] = text.split(/=(.*)/s);
      if (!key || value === undefined)
        throw new InputError(`${option} ${text}: not of the form KEY=VALUE`, { code: "CLI_USAGE" });
      return [key, value];
    }),
  );
}
