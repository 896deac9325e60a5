import type { KubernetesObject } from "../../core/manifest/object.js";
import { now } from "../cluster.js";
import type { Controller } from "../controllers/loop.js";
import { type Draft, parts, text } from "../draft.js";
import { behaviorOf, specOf, statusOf, type Workloads, withCondition, writeObject, writeStatus } from "./context.js";
import { qosClassOf } from "./qos-class.js";

const storage = "pods.";
const scheduleMs = 200;
const startMs = 1500;
const jobRunMs = 2500;
const stopMs = 1000;
const slowMs = 60_000;

/** Scheduler and kubelet: a pod gets a node, starts, becomes ready (or, of a Job, ends), and goes when it is deleted. */
export function podController(workloads: Workloads): Controller {
  const { cluster, waits } = workloads;
  return {
    name: "pod",
    keysOf: (event) => (event.storage === storage && event.kind !== "DELETED" ? [event.key] : []),
    reconcile(key) {
      const pod = cluster.store.get(storage, key)?.object;
      if (!pod) return undefined;
      const uid = pod.metadata.uid ?? "";
      const step = nextStep(pod);
      if (!step) return undefined;
      const left = waits.left(`${uid} ${step.name}`, step.afterMs);
      if (left > 0) return left;
      waits.forget(`${uid} ${step.name}`);
      step.run(workloads, pod);
      return undefined;
    },
  };
}

interface Step {
  readonly name: string;
  readonly afterMs: number;
  readonly run: (workloads: Workloads, pod: KubernetesObject) => void;
}

function nextStep(pod: KubernetesObject): Step | undefined {
  const phase = text(statusOf(pod), "phase");
  if (pod.metadata.deletionTimestamp !== undefined) return { name: "stop", afterMs: stopMs, run: stop };
  if (phase === "Succeeded" || phase === "Failed") return undefined;
  if (specOf(pod)["nodeName"] === undefined) return { name: "schedule", afterMs: scheduleMs, run: schedule };
  const behavior = behaviorOf(pod);
  if (phase !== "Running") {
    if (behavior === "image-missing" || behavior === "stuck") return { name: "wait", afterMs: startMs, run: reportWaiting };
    return { name: "start", afterMs: behavior === "slow" ? slowMs : startMs, run: start };
  }
  if (behavior === "crash") return { name: "crash", afterMs: jobRunMs, run: crash };
  if (runsToCompletion(pod)) return { name: "complete", afterMs: jobRunMs, run: complete };
  return undefined;
}

function runsToCompletion(pod: KubernetesObject): boolean {
  return text(specOf(pod), "restartPolicy") !== "Always" && specOf(pod)["restartPolicy"] !== undefined;
}

function stop({ cluster }: Workloads, pod: KubernetesObject): void {
  const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if ((pod.metadata.finalizers ?? []).length === 0) cluster.store.remove(storage, key);
  else if (pod.metadata.deletionGracePeriodSeconds !== 0) {
    cluster.store.put(storage, key, { ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 } });
  }
}

function schedule({ cluster }: Workloads, pod: KubernetesObject): void {
  const nodes = cluster.store.list("nodes.").filter((entry) => specOf(entry.object)["unschedulable"] !== true);
  if (nodes.length === 0) return;
  const node = nodes[hashOf(pod.metadata.uid ?? "") % nodes.length]!.object;
  const status = statusOf(pod);
  const conditions = withCondition(
    cluster,
    parts(status, "conditions"),
    { type: "PodScheduled", status: "True", reason: "", message: "" },
    ["lastProbeTime", "lastTransitionTime"],
  ).map(compactCondition);
  writeObject(cluster, storage, pod, {
    ...pod,
    spec: { ...specOf(pod), nodeName: node.metadata.name },
    status: { ...status, phase: "Pending", conditions },
  } as KubernetesObject);
}

function start({ cluster }: Workloads, pod: KubernetesObject): void {
  const at = now(cluster);
  const address = podAddress(pod);
  const hostIP = hostAddress(cluster.store.get("nodes.", `/${text(specOf(pod), "nodeName")}`)?.object);
  writeStatus(cluster, storage, pod, {
    phase: "Running",
    conditions: ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
      type,
      status: "True",
      lastProbeTime: null,
      lastTransitionTime: at,
    })),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: at,
    ...initStatuses(pod, at),
    containerStatuses: parts(specOf(pod), "containers").map((container) =>
      containerStatus(pod, container, { running: { startedAt: at } }, true),
    ),
    qosClass: qosClassOf(pod),
  });
}

/** The container does not come up: its image is missing, or it waits for ever. */
function reportWaiting({ cluster }: Workloads, pod: KubernetesObject): void {
  const isMissing = behaviorOf(pod) === "image-missing";
  const containers = parts(specOf(pod), "containers");
  writeStatus(cluster, storage, pod, {
    ...statusOf(pod),
    phase: "Pending",
    startTime: text(statusOf(pod), "startTime") || now(cluster),
    containerStatuses: containers.map((container) => {
      const waiting = isMissing
        ? { reason: "ImagePullBackOff", message: `Back-off pulling image "${text(container, "image")}"` }
        : { reason: "ContainerCreating" };
      return containerStatus(pod, container, { waiting }, false);
    }),
    qosClass: qosClassOf(pod),
  });
}

function crash({ cluster }: Workloads, pod: KubernetesObject): void {
  const at = now(cluster);
  const status = statusOf(pod);
  const failed = { exitCode: 1, reason: "Error", startedAt: text(status, "startTime"), finishedAt: at };
  if (text(specOf(pod), "restartPolicy") === "Never") {
    finishPod({ cluster }, pod, "Failed", failed);
    return;
  }
  writeStatus(cluster, storage, pod, {
    ...status,
    conditions: parts(status, "conditions").map((condition) =>
      condition["type"] === "Ready" || condition["type"] === "ContainersReady"
        ? { ...condition, status: "False", reason: "ContainersNotReady", message: "containers with unready status" }
        : condition,
    ),
    containerStatuses: parts(specOf(pod), "containers").map((container) => ({
      ...containerStatus(
        pod,
        container,
        {
          waiting: {
            reason: "CrashLoopBackOff",
            message: `back-off 5m0s restarting failed container=${text(container, "name")}`,
          },
        },
        false,
      ),
      restartCount: 5,
      lastState: { terminated: failed },
    })),
  });
}

function complete({ cluster }: Workloads, pod: KubernetesObject): void {
  const startedAt = text(statusOf(pod), "startTime");
  finishPod({ cluster }, pod, "Succeeded", { exitCode: 0, reason: "Completed", startedAt, finishedAt: now(cluster) });
}

function finishPod(
  { cluster }: Pick<Workloads, "cluster">,
  pod: KubernetesObject,
  phase: "Succeeded" | "Failed",
  terminated: Draft,
): void {
  const status = statusOf(pod);
  writeStatus(cluster, storage, pod, {
    ...status,
    phase,
    conditions: parts(status, "conditions").map((condition) =>
      condition["type"] === "Ready" || condition["type"] === "ContainersReady"
        ? {
            ...condition,
            status: "False",
            reason: phase === "Succeeded" ? "PodCompleted" : "PodFailed",
            lastTransitionTime: now(cluster),
          }
        : condition,
    ),
    containerStatuses: parts(specOf(pod), "containers").map((container) => ({
      ...containerStatus(pod, container, { terminated }, false),
      started: false,
    })),
  });
}

function initStatuses(pod: KubernetesObject, at: string): Draft {
  const containers = parts(specOf(pod), "initContainers");
  if (containers.length === 0) return {};
  const terminated = { exitCode: 0, reason: "Completed", startedAt: at, finishedAt: at };
  return { initContainerStatuses: containers.map((container) => containerStatus(pod, container, { terminated }, true)) };
}

function containerStatus(pod: KubernetesObject, container: Draft, state: Draft, ready: boolean): Draft {
  const image = text(container, "image");
  return {
    name: text(container, "name"),
    image,
    imageID: ready ? `${image.split("@")[0]}@sha256:simulated` : "",
    ...(ready ? { containerID: `simulated://${pod.metadata.uid}-${text(container, "name")}` } : {}),
    ready,
    started: ready,
    restartCount: 0,
    lastState: {},
    state,
  };
}

function compactCondition(condition: Draft): Draft {
  const { reason, message, ...rest } = condition;
  return {
    ...rest,
    ...(reason === "" ? {} : { reason }),
    ...(message === "" ? {} : { message }),
    ...("lastProbeTime" in rest ? { lastProbeTime: null } : {}),
  };
}

function podAddress(pod: KubernetesObject): string {
  const hash = hashOf(pod.metadata.uid ?? "");
  return `10.244.${(hash >> 8) & 0xff}.${hash & 0xff || 1}`;
}

function hostAddress(node: KubernetesObject | undefined): string {
  const address = node && parts(statusOf(node), "addresses").find((item) => item["type"] === "InternalIP");
  return text(address, "address") || "10.0.0.1";
}

function hashOf(value: string): number {
  let hash = 0;
  for (let i = 0; i < value.length; i++) hash = (hash * 31 + value.charCodeAt(i)) >>> 0;
  return hash;
}
