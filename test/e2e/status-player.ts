import type { KubernetesObject } from "#src/core/manifest/object.js";
import { listAt, objectAt, stringAt, type Value, type ValueObject } from "#src/core/manifest/value.js";
import type { ApiResource, ClusterPort } from "#src/ports/cluster.js";

const kinds = [
  ["v1", "Pod"],
  ["v1", "Service"],
  ["networking.k8s.io/v1", "Ingress"],
] as const;
const againMs = 200;

/**
 * Plays the kubelet and the load balancers of a cluster without nodes: pods become ready, those of Jobs succeed or fail as the simulator's annotation says, Ingresses and Services get
 * addresses. All other status is the real kube-controller-manager's. Returns what ends it.
 */
export function playStatus(cluster: ClusterPort): () => Promise<void> {
  const stop = new AbortController();
  const playing = kinds.map(([apiVersion, kind]) => play(cluster, apiVersion, kind, stop.signal));
  return async () => {
    stop.abort();
    await Promise.all(playing);
  };
}

async function play(cluster: ClusterPort, apiVersion: string, kind: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const resource = (await cluster.discover()).find((each) => each.kind === kind && versionOf(each) === apiVersion);
      if (resource === undefined) throw new Error(`${apiVersion} ${kind} is not served`);
      const { items, resourceVersion } = await cluster.list(resource);
      await Promise.all(items.map((item) => settle(cluster, { ...item, apiVersion, kind })));
      for await (const event of cluster.watch(resource, { resourceVersion, signal }))
        if (event.kind === "added" || event.kind === "modified") void settle(cluster, event.object);
    } catch {
      // The server ended the watch, or is not there: from the start.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

async function settle(cluster: ClusterPort, object: KubernetesObject): Promise<void> {
  const status = statusFor(object);
  if (status === undefined || object.metadata.deletionTimestamp !== undefined) return;
  const { apiVersion, kind, metadata } = object;
  const ref = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? "" };
  await cluster.patch(ref, { status }, { type: "merge", subresource: "status", fieldManager: "kubelet" }).catch(() => undefined);
}

/** The status that is missing; undefined where there is nothing to do. */
function statusFor(object: KubernetesObject): ValueObject | undefined {
  const value = object as unknown as ValueObject;
  const status = objectAt(value, "status");
  if (object.kind === "Pod") return podStatus(object, status);
  const isBalanced = object.kind === "Ingress" || stringAt(objectAt(value, "spec"), "type") === "LoadBalancer";
  if (!isBalanced || listAt(objectAt(status, "loadBalancer"), "ingress").length > 0) return undefined;
  return { loadBalancer: { ingress: [{ ip: "192.0.2.10" }] } };
}

function podStatus(pod: KubernetesObject, status: ValueObject): ValueObject | undefined {
  const phase = stringAt(status, "phase");
  if (phase !== "" && phase !== "Pending") return undefined;
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const isJobs = pod.metadata.ownerReferences?.some((owner) => owner.kind === "Job") === true;
  const isReady: Value = { type: "Ready", status: isJobs ? "False" : "True", lastTransitionTime: now };
  const crashes = pod.metadata.annotations?.["simulator.fleetwright.dev/behavior"] === "crash";
  return { phase: crashes ? "Failed" : isJobs ? "Succeeded" : "Running", startTime: now, conditions: [isReady] };
}

function versionOf(resource: ApiResource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}
