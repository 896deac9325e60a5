import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asObject, type KubernetesObject } from "../../core/manifest/object.js";
import { parseYamlDocuments } from "../../core/yaml/parse.js";
import { base64Encode } from "../../platform/bytes.js";
import type { ClusterPort } from "../../ports/cluster.js";

/** A workload cluster as the hub knows it. */
export interface WorkloadCluster {
  readonly name: string;
  readonly env: string;
  readonly region: string;
  readonly server: string;
  readonly token: string;
}

export const hubNamespace = "argocd";
const fieldManager = "fleetwright-demo";

/** CRDs, the namespace, the default project and one labelled Secret for each cluster. `crdDirectory` is `deploy/crds`. */
export async function prepareHub(hub: ClusterPort, crdDirectory: string, clusters: readonly WorkloadCluster[]): Promise<void> {
  for (const name of ["applications", "applicationsets", "appprojects"]) {
    await applyAll(hub, await readFile(join(crdDirectory, `${name}.yaml`), "utf8"));
  }
  await hub.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: hubNamespace } }, { fieldManager, force: true });
  await hub.discover(true);
  await hub.apply(defaultProject, { fieldManager, force: true });
  for (const cluster of clusters) await registerCluster(hub, cluster);
}

/** Registers a cluster as `kubectl apply` of its labelled Secret would. */
export async function registerCluster(hub: ClusterPort, cluster: WorkloadCluster): Promise<void> {
  const config = JSON.stringify({ bearerToken: cluster.token, tlsClientConfig: { insecure: false } });
  const data = { name: cluster.name, server: cluster.server, config };
  await hub.apply(
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: `cluster-${cluster.name}`,
        namespace: hubNamespace,
        labels: { "argocd.argoproj.io/secret-type": "cluster", env: cluster.env, region: cluster.region },
      },
      type: "Opaque",
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64Encode(text)])),
    },
    { fieldManager, force: true },
  );
}

/** Applies every document of a YAML text. */
export async function applyAll(hub: ClusterPort, text: string): Promise<void> {
  for (const document of parseYamlDocuments(text, { dialect: "kubernetes" })) {
    if (document !== null) await hub.apply(asObject(document), { fieldManager, force: true });
  }
}

/** What `fleetwright app sync NAME` and `argocd app sync NAME` write: a request for one sync. */
export async function requestSync(hub: ClusterPort, application: KubernetesObject, who: string): Promise<void> {
  const ref = {
    apiVersion: application.apiVersion,
    kind: application.kind,
    namespace: application.metadata.namespace ?? "",
    name: application.metadata.name,
  };
  const operation = { initiatedBy: { username: who }, sync: { prune: true, syncOptions: ["CreateNamespace=true"] } };
  await hub.patch(ref, { operation }, { type: "merge", fieldManager });
}

const defaultProject: KubernetesObject = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "AppProject",
  metadata: { name: "default", namespace: hubNamespace },
  spec: {
    sourceRepos: ["*"],
    destinations: [{ server: "*", namespace: "*" }],
    clusterResourceWhitelist: [{ group: "*", kind: "*" }],
  },
};
