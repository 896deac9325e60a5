import { type Cluster, now } from "../cluster.js";
import { type Draft, finished } from "../draft.js";
import { createObject } from "../writes/create.js";
import { internalWrite } from "../writes/options.js";

/** Namespaces, nodes, the `kubernetes` Service and a default storage class. */
export function bootstrapCluster(cluster: Cluster, nodes: number): void {
  for (const name of ["default", "kube-node-lease", "kube-public", "kube-system"]) {
    make(cluster, "", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  for (let i = 1; i <= nodes; i++) make(cluster, "", nodeOf(cluster, i));
  make(cluster, "", {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "simulator.fleetwright.dev/local",
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
  });
  make(cluster, "default", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kubernetes", labels: { component: "apiserver", provider: "kubernetes" } },
    spec: { clusterIP: "10.96.0.1", type: "ClusterIP", ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }] },
  });
}

function make(cluster: Cluster, namespace: string, object: Draft): void {
  const { apiVersion, kind } = finished(object);
  const slash = apiVersion.indexOf("/");
  const type = cluster.registry.findKind(slash < 0 ? "" : apiVersion.slice(0, slash), apiVersion.slice(slash + 1), kind);
  if (type) createObject(cluster, type, namespace, object, internalWrite());
}

function nodeOf(cluster: Cluster, index: number): Draft {
  const name = `${cluster.name}-node-${index}`;
  const condition = (type: string, status: string, reason: string, message: string): Draft => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now(cluster),
    lastTransitionTime: now(cluster),
  });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" },
    },
    spec: { podCIDR: `10.244.${index}.0/24`, podCIDRs: [`10.244.${index}.0/24`], providerID: `simulator://${name}` },
    status: {
      addresses: [
        { type: "InternalIP", address: `10.0.0.${10 + index}` },
        { type: "Hostname", address: name },
      ],
      allocatable: { cpu: "16", memory: "64Gi", pods: "1000", "ephemeral-storage": "100Gi" },
      capacity: { cpu: "16", memory: "64Gi", pods: "1000", "ephemeral-storage": "100Gi" },
      conditions: [
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: "amd64",
        bootID: cluster.ids.uid(),
        containerRuntimeVersion: "simulated://1.0.0",
        kernelVersion: "6.1.0",
        kubeProxyVersion: cluster.version,
        kubeletVersion: cluster.version,
        machineID: cluster.ids.uid(),
        operatingSystem: "linux",
        osImage: "Fleetwright simulator",
        systemUUID: cluster.ids.uid(),
      },
    },
  };
}
