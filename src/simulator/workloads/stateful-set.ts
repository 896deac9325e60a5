import type { KubernetesObject } from "../../core/manifest/object.js";
import { copyOf } from "../api/json.js";
import type { Controller } from "../controllers/loop.js";
import { count, type Draft, part, parts, text } from "../draft.js";
import { storeKey } from "../store/store.js";
import {
  controlledBy,
  controllerReference,
  create,
  isConditionTrue,
  keysOfOwners,
  remove,
  specOf,
  statusOf,
  type Workloads,
  writeStatus,
} from "./context.js";
import { podFromTemplate } from "./replica-set.js";
import { templateHash } from "./template-hash.js";

const storage = "statefulsets.apps";
const revisionLabel = "controller-revision-hash";
const readyMs = 2500;

/** Ordinals, one after the other unless `podManagementPolicy` is Parallel; updates from the highest ordinal down to the partition. */
export function statefulSetController(workloads: Workloads): Controller {
  const { cluster, options } = workloads;
  return {
    name: "statefulset",
    keysOf: (event) => keysOfOwners(event, storage, "StatefulSet"),
    reconcile(key) {
      const set = cluster.store.get(storage, key)?.object;
      if (!set || set.metadata.deletionTimestamp !== undefined) return undefined;
      const revision = noteRevision(workloads, set);
      if (!options.pods) return reportWithoutPods(workloads, set, revision);
      step(workloads, set, revision);
      const fresh = cluster.store.get(storage, key)?.object ?? set;
      writeStatus(cluster, storage, fresh, statusOfPods(fresh, revision, podsOf(workloads, fresh)));
      return undefined;
    },
  };
}

function noteRevision({ cluster }: Workloads, set: KubernetesObject): string {
  const template = part(specOf(set), "template") ?? {};
  const hash = templateHash(template);
  const name = `${set.metadata.name}-${hash}`;
  const namespace = set.metadata.namespace ?? "";
  if (!cluster.store.get("controllerrevisions.apps", storeKey(namespace, name))) {
    const count = controlledBy(cluster, set, "controllerrevisions.apps").length;
    create(cluster, "controllerrevisions.apps", namespace, {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        name,
        labels: { ...part(part(template, "metadata"), "labels"), "controller.kubernetes.io/hash": hash },
        ownerReferences: [controllerReference(set)],
      },
      data: { spec: { template: { ...copyOf(template), $patch: "replace" } } },
      revision: count + 1,
    });
  }
  return name;
}

function podsOf(workloads: Workloads, set: KubernetesObject): readonly KubernetesObject[] {
  return [...controlledBy(workloads.cluster, set, "pods.")].sort((a, b) => ordinalOf(a) - ordinalOf(b));
}

function ordinalOf(pod: KubernetesObject): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}

function isReady(pod: KubernetesObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && isConditionTrue(pod, "Ready");
}

function step(workloads: Workloads, set: KubernetesObject, revision: string): void {
  const { cluster } = workloads;
  const spec = specOf(set);
  const wanted = count(spec, "replicas", 1);
  const first = count(part(spec, "ordinals"), "start");
  const isParallel = text(spec, "podManagementPolicy") === "Parallel";
  const pods = podsOf(workloads, set);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const current = text(statusOf(set), "currentRevision") || revision;
  const partition = count(part(part(spec, "updateStrategy"), "rollingUpdate"), "partition");
  for (let i = first; i < first + wanted; i++) {
    const pod = byOrdinal.get(i);
    if (!pod) makePod(workloads, set, i, i < partition ? current : revision);
    if (!isParallel && (!pod || !isReady(pod))) return;
  }
  const condemned = pods.filter((pod) => ordinalOf(pod) >= first + wanted).reverse();
  for (const pod of isParallel ? condemned : condemned.slice(0, 1)) remove(cluster, "pods.", pod);
  if (condemned.length > 0 || text(part(spec, "updateStrategy"), "type") === "OnDelete") return;
  if (pods.some((pod) => !isReady(pod))) return;
  const outdated = pods.filter((pod) => ordinalOf(pod) >= partition && pod.metadata.labels?.[revisionLabel] !== revision);
  const last = outdated.at(-1);
  if (last) remove(cluster, "pods.", last);
}

function makePod({ cluster }: Workloads, set: KubernetesObject, ordinal: number, revision: string): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const namespace = set.metadata.namespace ?? "";
  if (cluster.store.get("pods.", storeKey(namespace, name))) return;
  const pod = podFromTemplate(
    set,
    { name },
    {
      "apps.kubernetes.io/pod-index": String(ordinal),
      [revisionLabel]: revision,
      "statefulset.kubernetes.io/pod-name": name,
    },
  );
  const podSpec = pod["spec"] as Draft;
  podSpec["hostname"] = name;
  podSpec["subdomain"] = text(specOf(set), "serviceName");
  const claims = parts(specOf(set), "volumeClaimTemplates");
  for (const claim of claims) makeClaim({ cluster }, set, claim, name);
  if (claims.length > 0) {
    const volumes = claims.map((claim) => {
      const claimName = text(part(claim, "metadata"), "name");
      return { name: claimName, persistentVolumeClaim: { claimName: `${claimName}-${name}` } };
    });
    podSpec["volumes"] = [...parts(podSpec, "volumes"), ...volumes];
  }
  create(cluster, "pods.", namespace, pod);
}

function makeClaim({ cluster }: Pick<Workloads, "cluster">, set: KubernetesObject, template: Draft, podName: string): void {
  const namespace = set.metadata.namespace ?? "";
  const metadata = part(template, "metadata") ?? {};
  const name = `${text(metadata, "name")}-${podName}`;
  if (cluster.store.get("persistentvolumeclaims.", storeKey(namespace, name))) return;
  create(cluster, "persistentvolumeclaims.", namespace, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, labels: { ...part(metadata, "labels"), ...part(part(specOf(set), "selector"), "matchLabels") } },
    spec: copyOf(part(template, "spec") ?? {}),
  });
}

function statusOfPods(set: KubernetesObject, revision: string, pods: readonly KubernetesObject[]): Draft {
  const live = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const ready = live.filter(isReady).length;
  const updated = live.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length;
  return statusOfCounts(set, revision, { replicas: live.length, ready, updated });
}

function statusOfCounts(
  set: KubernetesObject,
  revision: string,
  counts: { readonly replicas: number; readonly ready: number; readonly updated: number },
): Draft {
  const wanted = count(specOf(set), "replicas", 1);
  const { replicas, ready, updated } = counts;
  const isDone = updated === wanted && replicas === wanted && ready === wanted;
  const before = text(statusOf(set), "currentRevision") || revision;
  const current = isDone ? revision : before;
  const currentReplicas = current === revision ? updated : replicas - updated;
  return {
    observedGeneration: set.metadata.generation,
    replicas,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(currentReplicas > 0 ? { currentReplicas } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision: current,
    updateRevision: revision,
    collisionCount: 0,
    availableReplicas: ready,
  };
}

function reportWithoutPods({ cluster, waits }: Workloads, set: KubernetesObject, revision: string): number | undefined {
  const wanted = count(specOf(set), "replicas", 1);
  const wait = `${set.metadata.uid} rollout`;
  if (text(statusOf(set), "updateRevision") === revision && count(statusOf(set), "readyReplicas") === wanted) {
    writeStatus(cluster, storage, set, statusOfCounts(set, revision, { replicas: wanted, ready: wanted, updated: wanted }));
    return undefined;
  }
  const left = waits.left(wait, readyMs * Math.max(1, wanted), String(set.metadata.generation));
  const ready = left > 0 ? Math.min(count(statusOf(set), "readyReplicas"), wanted) : wanted;
  writeStatus(cluster, storage, set, statusOfCounts(set, revision, { replicas: wanted, ready, updated: left > 0 ? 0 : wanted }));
  return left > 0 ? left : undefined;
}
