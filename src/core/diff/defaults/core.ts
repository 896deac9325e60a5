import type { Value, ValueObject } from "../../manifest/value.js";
import { listAt, objectAt } from "../../manifest/value.js";
import { changeAt, changeEach, type Defaulter, isEmpty, isZero, setAbsent, setZero } from "./set.js";

/** Services, storage, namespaces and the other core kinds. */
export const coreDefaults: readonly (readonly [string, Defaulter])[] = [
  ["core/v1.Service", serviceDefaults],
  ["core/v1.Secret", (secret) => setZero(secret, { type: "Opaque" })],
  ["core/v1.Namespace", namespaceDefaults],
  ["core/v1.NamespaceStatus", (status) => setZero(status, { phase: "Active" })],
  ["core/v1.NodeStatus", nodeStatusDefaults],
  ["core/v1.PersistentVolume", persistentVolumeDefaults],
  ["core/v1.PersistentVolumeClaim", (claim) => changeAt(claim, "status", (status) => setZero(status, { phase: "Pending" }))],
  ["core/v1.PersistentVolumeClaimSpec", (spec) => setAbsent(spec, { volumeMode: "Filesystem" })],
  ["core/v1.EndpointPort", (port) => setZero(port, { protocol: "TCP" })],
  ["core/v1.LimitRangeItem", limitRangeDefaults],
  ["core/v1.ReplicationController", replicationControllerDefaults],
  ["core/v1.ReplicationControllerSpec", (spec) => setAbsent(spec, { replicas: 1 })],
];

function serviceDefaults(service: ValueObject): ValueObject {
  const withSpec = changeAt(service, "spec", serviceSpecDefaults);
  const type = objectAt(withSpec, "spec")["type"];
  if (type !== "LoadBalancer") return withSpec;
  return changeAt(withSpec, "status", (status) =>
    changeAt(status, "loadBalancer", (balancer) =>
      changeEach(balancer, "ingress", (ingress) => (isZero(ingress["ip"]) ? ingress : setAbsent(ingress, { ipMode: "VIP" }))),
    ),
  );
}

function serviceSpecDefaults(before: ValueObject): ValueObject {
  let spec = setZero(before, { sessionAffinity: "None" });
  if (spec["sessionAffinity"] === "None" && !isZero(spec["sessionAffinityConfig"])) {
    const { sessionAffinityConfig: _, ...rest } = spec;
    spec = rest;
  }
  if (spec["sessionAffinity"] === "ClientIP") {
    const timeout = objectAt(objectAt(spec, "sessionAffinityConfig"), "clientIP")["timeoutSeconds"];
    if (timeout === undefined || timeout === null) {
      spec = { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } };
    }
  }
  spec = setZero(spec, { type: "ClusterIP" });
  spec = changeEach(spec, "ports", servicePortDefaults);
  const { type } = spec;
  const isExternal =
    type === "LoadBalancer" || type === "NodePort" || (type === "ClusterIP" && listAt(spec, "externalIPs").length > 0);
  if (isExternal) spec = setZero(spec, { externalTrafficPolicy: "Cluster" });
  if (type === "NodePort" || type === "LoadBalancer" || type === "ClusterIP") {
    spec = setAbsent(spec, { internalTrafficPolicy: "Cluster" });
  }
  return type === "LoadBalancer" ? setAbsent(spec, { allocateLoadBalancerNodePorts: true }) : spec;
}

function servicePortDefaults(port: ValueObject): ValueObject {
  const withProtocol = setZero(port, { protocol: "TCP" });
  return setZero(withProtocol, { targetPort: port["port"] ?? 0 });
}

function namespaceDefaults(namespace: ValueObject): ValueObject {
  const name = objectAt(namespace, "metadata")["name"];
  if (typeof name !== "string" || name === "") return namespace;
  return changeAt(namespace, "metadata", (metadata) =>
    changeAt(metadata, "labels", (labels) =>
      labels["kubernetes.io/metadata.name"] === name ? labels : { ...labels, "kubernetes.io/metadata.name": name },
    ),
  );
}

function nodeStatusDefaults(status: ValueObject): ValueObject {
  const { capacity } = status;
  return capacity === undefined || capacity === null ? status : setAbsent(status, { allocatable: capacity });
}

function persistentVolumeDefaults(volume: ValueObject): ValueObject {
  const withStatus = changeAt(volume, "status", (status) => setZero(status, { phase: "Pending" }));
  return changeAt(withStatus, "spec", (spec) =>
    setAbsent(setZero(spec, { persistentVolumeReclaimPolicy: "Retain" }), { volumeMode: "Filesystem" }),
  );
}

// For containers: max is the default limit, the default limit (else min) the default request.
function limitRangeDefaults(item: ValueObject): ValueObject {
  if (item["type"] !== "Container") return item;
  const limits = { ...objectAt(item, "max"), ...objectAt(item, "default") };
  const requests = { ...objectAt(item, "min"), ...limits, ...objectAt(item, "defaultRequest") };
  let result = item;
  for (const [key, amounts] of [["default", limits] as const, ["defaultRequest", requests] as const]) {
    const before = objectAt(item, key);
    if (Object.keys(amounts).length > Object.keys(before).length) result = { ...result, [key]: amounts };
  }
  return result;
}

function replicationControllerDefaults(controller: ValueObject): ValueObject {
  const labels: Value | undefined = objectAt(objectAt(objectAt(controller, "spec"), "template"), "metadata")["labels"];
  if (labels === undefined || labels === null || isEmpty(labels)) return controller;
  const setEmpty = (key: string) => (object: ValueObject) => (isEmpty(object[key]) ? { ...object, [key]: labels } : object);
  return changeAt(changeAt(controller, "spec", setEmpty("selector")), "metadata", setEmpty("labels"));
}
