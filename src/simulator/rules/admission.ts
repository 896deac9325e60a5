import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { forbidden } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { type Draft, ensure, part, setDefault, text } from "../draft.js";
import { storeKey } from "../store/store.js";
import type { WriteOptions } from "../writes/options.js";
import { allocateService } from "./service-addresses.js";

/** What the admission plug-ins and allocators of a stock cluster add to a new object. */
export function admitCreate(cluster: Cluster, type: ResourceType, draft: Draft, options: WriteOptions): void {
  const metadata = ensure(draft, "metadata");
  switch (type.storage) {
    case "namespaces.":
      ensure(metadata, "labels")["kubernetes.io/metadata.name"] = text(metadata, "name");
      return;
    case "services.":
      allocateService(cluster, draft, undefined, options);
      return;
    case "pods.":
      admitPod(cluster, type, draft);
      return;
    case "persistentvolumeclaims.":
      defaultStorageClass(cluster, draft);
      return;
    case "ingresses.networking.k8s.io":
      defaultIngressClass(cluster, draft);
      return;
    default:
  }
}

/** The same for an update. */
export function admitUpdate(
  cluster: Cluster,
  type: ResourceType,
  draft: Draft,
  old: KubernetesObject,
  options: WriteOptions,
): void {
  const metadata = ensure(draft, "metadata");
  if (type.storage === "namespaces.") ensure(metadata, "labels")["kubernetes.io/metadata.name"] = text(metadata, "name");
  if (type.storage === "services." && options.subresource === "") allocateService(cluster, draft, old, options);
}

/** The ServiceAccount plug-in: the account must exist; its token is mounted unless that is refused. */
function admitPod(cluster: Cluster, type: ResourceType, draft: Draft): void {
  const metadata = ensure(draft, "metadata");
  const spec = ensure(draft, "spec");
  const namespace = text(metadata, "namespace");
  const name = text(spec, "serviceAccountName") || "default";
  const account = cluster.store.get("serviceaccounts.", storeKey(namespace, name))?.object;
  if (!account) {
    if (name === "default") return;
    throw forbidden(
      type,
      text(metadata, "name"),
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    );
  }
  spec["serviceAccountName"] = name;
  spec["serviceAccount"] = name;
  setDefault(spec, "tolerations", [
    { effect: "NoExecute", key: "node.kubernetes.io/not-ready", operator: "Exists", tolerationSeconds: 300 },
    { effect: "NoExecute", key: "node.kubernetes.io/unreachable", operator: "Exists", tolerationSeconds: 300 },
  ]);
}

function defaultStorageClass(cluster: Cluster, draft: Draft): void {
  const spec = ensure(draft, "spec");
  if (spec["storageClassName"] !== undefined) return;
  const standard = defaultOf(cluster, "storageclasses.storage.k8s.io", "storageclass.kubernetes.io/is-default-class");
  if (standard) spec["storageClassName"] = standard.metadata.name;
}

function defaultIngressClass(cluster: Cluster, draft: Draft): void {
  const spec = ensure(draft, "spec");
  if (
    spec["ingressClassName"] !== undefined ||
    part(part(draft, "metadata"), "annotations")?.["kubernetes.io/ingress.class"] !== undefined
  )
    return;
  const standard = defaultOf(cluster, "ingressclasses.networking.k8s.io", "ingressclass.kubernetes.io/is-default-class");
  if (standard) spec["ingressClassName"] = standard.metadata.name;
}

function defaultOf(cluster: Cluster, storage: string, annotation: string): KubernetesObject | undefined {
  return cluster.store.list(storage).find((entry) => entry.object.metadata.annotations?.[annotation] === "true")?.object;
}
