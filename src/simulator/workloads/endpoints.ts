import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Controller } from "../controllers/loop.js";
import { type Draft, part, parts, text } from "../draft.js";
import { type StoreEvent, storeKey } from "../store/store.js";
import { create, isConditionTrue, specOf, statusOf, type Workloads, writeObject } from "./context.js";

const endpointStorage = "endpoints.";
const sliceStorage = "endpointslices.discovery.k8s.io";

/** Endpoints and EndpointSlices of Services with a selector, from the pods that are ready. */
export function endpointsController(workloads: Workloads): Controller {
  const { cluster } = workloads;
  return {
    name: "endpoints",
    keysOf: (event) => servicesOf(workloads, event),
    reconcile(key) {
      const service = cluster.store.get("services.", key)?.object;
      if (!service) {
        cluster.store.remove(endpointStorage, key);
        return undefined;
      }
      const selector = part(specOf(service), "selector");
      if (!selector || service.metadata.deletionTimestamp !== undefined) return undefined;
      const pods = cluster.store
        .list("pods.", service.metadata.namespace ?? "")
        .map((entry) => entry.object)
        .filter(
          (pod) => pod.metadata.deletionTimestamp === undefined && selects(selector, pod) && text(statusOf(pod), "podIP") !== "",
        );
      writeEndpoints(workloads, service, pods);
      writeSlice(workloads, service, pods);
      return undefined;
    },
  };
}

/** Only changes that can move an address count: a pod's readiness, address, labels or end. */
function servicesOf({ cluster }: Workloads, event: StoreEvent): readonly string[] {
  if (event.storage === "services.") return [event.key];
  if (event.storage !== "pods.") return [];
  const { object } = event.entry;
  const isShown = (pod: KubernetesObject | undefined): boolean => pod !== undefined && text(statusOf(pod), "podIP") !== "";
  if (!isShown(object) && !isShown(event.previous?.object)) return [];
  return cluster.store
    .list("services.", object.metadata.namespace ?? "")
    .filter((entry) => selects(part(specOf(entry.object), "selector"), object))
    .map((entry) => storeKey(entry.object.metadata.namespace ?? "", entry.object.metadata.name));
}

function selects(selector: Draft | undefined, pod: KubernetesObject): boolean {
  return selector !== undefined && Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function targetRef(pod: KubernetesObject): Draft {
  return { kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid };
}

function portsOf(service: KubernetesObject, pods: readonly KubernetesObject[]): Draft[] {
  return parts(specOf(service), "ports").map((port) => ({
    ...(text(port, "name") === "" ? {} : { name: port["name"] }),
    port: resolvePort(port, pods[0]),
    protocol: port["protocol"] ?? "TCP",
  }));
}

function resolvePort(port: Draft, pod: KubernetesObject | undefined): unknown {
  const target = port["targetPort"] ?? port["port"];
  if (typeof target !== "string") return target;
  const named =
    pod &&
    parts(specOf(pod), "containers")
      .flatMap((container) => parts(container, "ports"))
      .find((item) => item["name"] === target);
  return named?.["containerPort"] ?? port["port"];
}

function writeEndpoints({ cluster }: Workloads, service: KubernetesObject, pods: readonly KubernetesObject[]): void {
  const address = (pod: KubernetesObject): Draft => ({
    ip: statusOf(pod)["podIP"],
    nodeName: specOf(pod)["nodeName"],
    targetRef: targetRef(pod),
  });
  const ready = pods.filter((pod) => isConditionTrue(pod, "Ready")).map(address);
  const waiting = pods.filter((pod) => !isConditionTrue(pod, "Ready")).map(address);
  const subset: Draft = {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(waiting.length > 0 ? { notReadyAddresses: waiting } : {}),
    ports: portsOf(service, pods),
  };
  const content = pods.length > 0 ? { subsets: [subset] } : {};
  const { name, namespace = "", labels } = service.metadata;
  const old = cluster.store.get(endpointStorage, storeKey(namespace, name))?.object;
  if (!old) {
    create(cluster, endpointStorage, namespace, {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name, ...(labels ? { labels: { ...labels } } : {}) },
      ...content,
    });
    return;
  }
  const { subsets: _subsets, ...rest } = old;
  writeObject(cluster, endpointStorage, old, { ...rest, ...content } as unknown as KubernetesObject);
}

function writeSlice({ cluster }: Workloads, service: KubernetesObject, pods: readonly KubernetesObject[]): void {
  const { name, namespace = "", uid, labels } = service.metadata;
  const endpoints = pods.map((pod) => {
    const ready = isConditionTrue(pod, "Ready");
    return {
      addresses: [statusOf(pod)["podIP"]],
      conditions: { ready, serving: ready, terminating: false },
      nodeName: specOf(pod)["nodeName"],
      targetRef: targetRef(pod),
    };
  });
  const ports = portsOf(service, pods);
  const old = cluster.owners
    .dependentsOf(uid ?? "")
    .filter((place) => place.storage === sliceStorage)
    .map((place) => cluster.store.get(place.storage, place.key)?.object)
    .find((object) => object !== undefined);
  if (old) {
    const generation = (old.metadata.generation ?? 1) + 1;
    const next = { ...old, endpoints, ports } as unknown as KubernetesObject;
    if (JSON.stringify([old["endpoints"], old["ports"]]) === JSON.stringify([endpoints, ports])) return;
    writeObject(cluster, sliceStorage, old, { ...next, metadata: { ...old.metadata, generation } });
    return;
  }
  create(cluster, sliceStorage, namespace, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      generateName: `${name}-`,
      labels: {
        ...labels,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": name,
      },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid, controller: true, blockOwnerDeletion: true }],
    },
    addressType: "IPv4",
    endpoints,
    ports,
  });
}
