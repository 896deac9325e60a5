import type { KubernetesObject } from "../../core/manifest/object.js";
import { copyOf } from "../api/json.js";
import type { Controller } from "../controllers/loop.js";
import { type Draft, draftOf, ensure, finished, part, text } from "../draft.js";
import { storeKey } from "../store/store.js";
import { create, specOf, statusOf, type Workloads, writeObject, writeStatus } from "./context.js";

const claims = "persistentvolumeclaims.";
const volumes = "persistentvolumes.";
const bindMs = 500;

/** Provisions a volume for each claim and binds the two; a claim's volume goes with it unless it is to be retained. */
export function volumeController(workloads: Workloads): Controller {
  const { cluster, waits } = workloads;
  return {
    name: "volume",
    keysOf: (event) => (event.storage === claims ? [event.key] : []),
    reconcile(key) {
      const claim = cluster.store.get(claims, key)?.object;
      if (!claim) return releaseVolume(workloads, key);
      if (claim.metadata.deletionTimestamp !== undefined) return dropProtection(workloads, claim);
      if (text(statusOf(claim), "phase") === "Bound") return resize(workloads, claim);
      const wait = `${claim.metadata.uid} bind`;
      const left = waits.left(wait, bindMs);
      if (left > 0) return left;
      waits.forget(wait);
      bind(workloads, claim);
      return undefined;
    },
  };
}

function bind({ cluster }: Workloads, claim: KubernetesObject): void {
  const spec = specOf(claim);
  const volumeName = text(spec, "volumeName") || `pvc-${claim.metadata.uid}`;
  const capacity = { storage: text(part(part(spec, "resources"), "requests"), "storage") || "1Gi" };
  if (!cluster.store.get(volumes, storeKey("", volumeName))) {
    create(cluster, volumes, "", {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: volumeName, annotations: { "pv.kubernetes.io/provisioned-by": "simulator.fleetwright.dev/local" } },
      spec: {
        accessModes: copyOf(spec["accessModes"] ?? ["ReadWriteOnce"]),
        capacity,
        claimRef: {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          namespace: claim.metadata.namespace,
          name: claim.metadata.name,
          uid: claim.metadata.uid,
        },
        hostPath: { path: `/simulated/${volumeName}`, type: "" },
        persistentVolumeReclaimPolicy: "Delete",
        ...(text(spec, "storageClassName") === "" ? {} : { storageClassName: spec["storageClassName"] }),
        volumeMode: spec["volumeMode"] ?? "Filesystem",
      },
    });
  }
  const volume = cluster.store.get(volumes, storeKey("", volumeName))?.object;
  if (volume) writeStatus(cluster, volumes, volume, { phase: "Bound" });
  const bound: KubernetesObject = {
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes" } },
    spec: { ...spec, volumeName },
    status: { phase: "Bound", accessModes: copyOf(spec["accessModes"] ?? ["ReadWriteOnce"]), capacity },
  };
  writeObject(cluster, claims, claim, bound);
}

function resize({ cluster }: Workloads, claim: KubernetesObject): undefined {
  const wanted = text(part(part(specOf(claim), "resources"), "requests"), "storage");
  const capacity = part(statusOf(claim), "capacity");
  if (wanted !== "" && capacity?.["storage"] !== wanted)
    writeStatus(cluster, claims, claim, { ...statusOf(claim), capacity: { ...capacity, storage: wanted } });
}

function dropProtection({ cluster }: Workloads, claim: KubernetesObject): undefined {
  const finalizers = (claim.metadata.finalizers ?? []).filter((finalizer) => finalizer !== "kubernetes.io/pvc-protection");
  if (finalizers.length === (claim.metadata.finalizers ?? []).length) return;
  const draft: Draft = draftOf(claim);
  const key = storeKey(claim.metadata.namespace ?? "", claim.metadata.name);
  if (finalizers.length > 0) ensure(draft, "metadata")["finalizers"] = finalizers;
  else delete ensure(draft, "metadata")["finalizers"];
  if (finalizers.length === 0) cluster.store.remove(claims, key, finished(draft));
  else cluster.store.put(claims, key, finished(draft));
}

function releaseVolume({ cluster }: Workloads, claimKey: string): undefined {
  for (const { object } of cluster.store.list(volumes)) {
    const reference = part(specOf(object), "claimRef");
    if (`${text(reference, "namespace")}/${text(reference, "name")}` !== claimKey) continue;
    if (text(specOf(object), "persistentVolumeReclaimPolicy") === "Delete")
      cluster.store.remove(volumes, storeKey("", object.metadata.name));
    else writeStatus(cluster, volumes, object, { phase: "Released" });
  }
}
