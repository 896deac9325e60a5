import type { KubernetesObject } from "../../core/manifest/object.js";
import { copyOf } from "../api/json.js";
import type { Controller } from "../controllers/loop.js";
import { count, type Draft, part, text } from "../draft.js";
import {
  controlledBy,
  controllerReference,
  create,
  keysOfOwners,
  remove,
  specOf,
  statusOf,
  type Workloads,
  writeObject,
  writeStatus,
} from "./context.js";
import { deploymentStatus } from "./deployment-status.js";
import { templateHash } from "./template-hash.js";

const storage = "deployments.apps";
const setStorage = "replicasets.apps";
const revisionKey = "deployment.kubernetes.io/revision";

/** Rolls a Deployment's template out over ReplicaSets, within maxSurge and maxUnavailable. */
export function deploymentController(workloads: Workloads): Controller {
  const { cluster } = workloads;
  return {
    name: "deployment",
    keysOf: (event) => keysOfOwners(event, storage, "Deployment"),
    reconcile(key) {
      const deployment = cluster.store.get(storage, key)?.object;
      if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return undefined;
      const isPaused = specOf(deployment)["paused"] === true;
      const sets = controlledBy(cluster, deployment, setStorage);
      const current = currentSet(deployment, sets) ?? (isPaused ? undefined : makeSet(workloads, deployment, sets));
      if (current) {
        const old = sets.filter((set) => set.metadata.uid !== current.metadata.uid);
        noteRevision(workloads, deployment, current, old);
        roll(workloads, deployment, current, old, isPaused);
        if (!isPaused) forgetOldSets(workloads, deployment, old);
      }
      return report(workloads, key);
    },
  };
}

function report(workloads: Workloads, key: string): number | undefined {
  const { cluster, waits } = workloads;
  const deployment = cluster.store.get(storage, key)?.object;
  if (!deployment) return undefined;
  const sets = controlledBy(cluster, deployment, setStorage);
  const current = currentSet(deployment, sets);
  const deadlineSeconds = count(specOf(deployment), "progressDeadlineSeconds", 600);
  const progress = `${deployment.metadata.uid} progress`;
  const marker = `${deployment.metadata.generation} ${sets.map(readyOf).join()}`;
  const left = waits.left(progress, deadlineSeconds * 1000, marker);
  const status = deploymentStatus(cluster, deployment, current, sets, left === 0);
  writeStatus(cluster, storage, deployment, status.status);
  if (status.isComplete) waits.forget(progress);
  return status.isComplete || left === 0 ? undefined : left;
}

function templateOf(deployment: KubernetesObject): Draft {
  return part(specOf(deployment), "template") ?? {};
}

function currentSet(deployment: KubernetesObject, sets: readonly KubernetesObject[]): KubernetesObject | undefined {
  const hash = templateHash(templateOf(deployment));
  return sets.find((set) => set.metadata.labels?.["pod-template-hash"] === hash);
}

function makeSet(
  workloads: Workloads,
  deployment: KubernetesObject,
  sets: readonly KubernetesObject[],
): KubernetesObject | undefined {
  const template = copyOf(templateOf(deployment));
  const hash = templateHash(templateOf(deployment));
  const labels = { ...part(part(template, "metadata"), "labels"), "pod-template-hash": hash };
  const selector = copyOf(part(specOf(deployment), "selector") ?? {});
  const spec: Draft = {
    replicas: isRecreate(deployment) || sets.length > 0 ? 0 : count(specOf(deployment), "replicas", 1),
    ...(specOf(deployment)["minReadySeconds"] === undefined ? {} : { minReadySeconds: specOf(deployment)["minReadySeconds"] }),
    selector: { ...selector, matchLabels: { ...part(selector, "matchLabels"), "pod-template-hash": hash } },
    template: { ...template, metadata: { ...part(template, "metadata"), labels } },
  };
  const metadata: Draft = {
    name: `${deployment.metadata.name}-${hash}`,
    labels,
    annotations: {
      "deployment.kubernetes.io/desired-replicas": String(count(specOf(deployment), "replicas", 1)),
      "deployment.kubernetes.io/max-replicas": String(count(specOf(deployment), "replicas", 1) + surgeOf(deployment)),
      [revisionKey]: String(nextRevision(sets)),
    },
    ownerReferences: [controllerReference(deployment)],
  };
  return create(workloads.cluster, setStorage, deployment.metadata.namespace ?? "", {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata,
    spec,
  });
}

function revisionOf(set: KubernetesObject): number {
  return Number(set.metadata.annotations?.[revisionKey] ?? 0);
}

function nextRevision(sets: readonly KubernetesObject[]): number {
  return Math.max(0, ...sets.map(revisionOf)) + 1;
}

/** A template that comes back becomes the newest revision again; the Deployment shows the current one. */
function noteRevision(
  { cluster }: Workloads,
  deployment: KubernetesObject,
  current: KubernetesObject,
  old: readonly KubernetesObject[],
): void {
  const revision = String(Math.max(revisionOf(current), old.length > 0 ? nextRevision(old) : 1));
  const set = cluster.store.get(setStorage, `${current.metadata.namespace}/${current.metadata.name}`)?.object;
  if (set && set.metadata.annotations?.[revisionKey] !== revision)
    writeObject(cluster, setStorage, set, withAnnotation(set, revisionKey, revision));
  if (deployment.metadata.annotations?.[revisionKey] !== revision) {
    writeObject(cluster, storage, deployment, withAnnotation(deployment, revisionKey, revision));
  }
}

function withAnnotation(object: KubernetesObject, key: string, value: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [key]: value } } };
}

function isRecreate(deployment: KubernetesObject): boolean {
  return text(part(specOf(deployment), "strategy"), "type") === "Recreate";
}

function rollingBound(deployment: KubernetesObject, key: "maxSurge" | "maxUnavailable"): number {
  const value = part(part(specOf(deployment), "strategy"), "rollingUpdate")?.[key] ?? "25%";
  const replicas = count(specOf(deployment), "replicas", 1);
  if (typeof value === "number") return value;
  const share = (Number.parseFloat(String(value)) / 100) * replicas;
  return key === "maxSurge" ? Math.ceil(share) : Math.floor(share);
}

function surgeOf(deployment: KubernetesObject): number {
  return isRecreate(deployment) ? 0 : rollingBound(deployment, "maxSurge");
}

function unavailableOf(deployment: KubernetesObject): number {
  const allowed = rollingBound(deployment, "maxUnavailable");
  return allowed === 0 && surgeOf(deployment) === 0 ? 1 : allowed;
}

function replicasOf(set: KubernetesObject): number {
  return count(specOf(set), "replicas");
}

function readyOf(set: KubernetesObject): number {
  return count(statusOf(set), "readyReplicas");
}

function roll(
  workloads: Workloads,
  deployment: KubernetesObject,
  current: KubernetesObject,
  old: readonly KubernetesObject[],
  isPaused: boolean,
): void {
  const wanted = count(specOf(deployment), "replicas", 1);
  const oldTotal = old.reduce((sum, set) => sum + replicasOf(set), 0);
  if (isPaused && oldTotal > 0) return;
  if (isRecreate(deployment)) {
    for (const set of old) scaleSet(workloads, set, 0);
    const isRunning = old.some((set) => count(statusOf(set), "replicas") > 0);
    if (!isRunning) scaleSet(workloads, current, wanted);
    return;
  }
  if (oldTotal === 0) {
    scaleSet(workloads, current, wanted);
    return;
  }
  const room = wanted + surgeOf(deployment) - oldTotal;
  const grown = Math.min(wanted, Math.max(replicasOf(current), room));
  scaleSet(workloads, current, grown);
  // Old pods go as far as enough others are available.
  const available = [...old, current].reduce((sum, set) => sum + readyOf(set), 0);
  let spare = available - (wanted - unavailableOf(deployment));
  for (const set of [...old].sort((a, b) => revisionOf(a) - revisionOf(b))) {
    const unready = Math.max(0, replicasOf(set) - readyOf(set));
    const down = Math.min(replicasOf(set), unready + Math.max(0, spare));
    if (down > 0) scaleSet(workloads, set, replicasOf(set) - down);
    spare -= Math.max(0, down - unready);
  }
}

function scaleSet({ cluster }: Workloads, set: KubernetesObject, replicas: number): void {
  const fresh = cluster.store.get(setStorage, `${set.metadata.namespace}/${set.metadata.name}`)?.object;
  if (!fresh || replicasOf(fresh) === replicas) return;
  writeObject(cluster, setStorage, fresh, {
    ...fresh,
    metadata: { ...fresh.metadata, generation: (fresh.metadata.generation ?? 0) + 1 },
    spec: { ...specOf(fresh), replicas },
  } as KubernetesObject);
}

function forgetOldSets({ cluster }: Workloads, deployment: KubernetesObject, old: readonly KubernetesObject[]): void {
  const limit = count(specOf(deployment), "revisionHistoryLimit", 10);
  const empty = old
    .filter((set) => replicasOf(set) === 0 && count(statusOf(set), "replicas") === 0)
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  for (const set of empty.slice(limit)) remove(cluster, setStorage, set);
}
