import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt } from "../../manifest/value.js";
import { changeAt, changeEach, type Defaulter, isEmpty, isZero, setAbsent, setZero } from "./set.js";

const fileMode = { defaultMode: 0o644 };

/** Pods, their containers and volumes. */
export const podDefaults: readonly (readonly [string, Defaulter])[] = [
  ["core/v1.Pod", (pod) => changeAt(pod, "spec", podOnlyDefaults)],
  ["core/v1.PodSpec", podSpecDefaults],
  ["core/v1.Container", containerDefaults],
  ["core/v1.EphemeralContainer", containerDefaults],
  ["core/v1.ContainerPort", (port) => setZero(port, { protocol: "TCP" })],
  [
    "core/v1.Probe",
    (probe) => setZero(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
  ],
  ["core/v1.HTTPGetAction", (action) => setZero(action, { path: "/", scheme: "HTTP" })],
  ["core/v1.GRPCAction", (action) => setAbsent(action, { service: "" })],
  ["core/v1.ObjectFieldSelector", (selector) => setZero(selector, { apiVersion: "v1" })],
  ["core/v1.FileKeySelector", (selector) => setAbsent(selector, { optional: false })],
  ["core/v1.Volume", volumeDefaults],
  ["core/v1.SecretVolumeSource", (source) => setAbsent(source, fileMode)],
  ["core/v1.ConfigMapVolumeSource", (source) => setAbsent(source, fileMode)],
  ["core/v1.DownwardAPIVolumeSource", (source) => setAbsent(source, fileMode)],
  ["core/v1.ProjectedVolumeSource", (source) => setAbsent(source, fileMode)],
  ["core/v1.ServiceAccountTokenProjection", (source) => setAbsent(source, { expirationSeconds: 3600 })],
  ["core/v1.HostPathVolumeSource", (source) => setAbsent(source, { type: "" })],
  ["core/v1.ISCSIVolumeSource", (source) => setZero(source, { iscsiInterface: "default" })],
  ["core/v1.ISCSIPersistentVolumeSource", (source) => setZero(source, { iscsiInterface: "default" })],
  ["core/v1.RBDVolumeSource", rbdDefaults],
  ["core/v1.RBDPersistentVolumeSource", rbdDefaults],
  ["core/v1.ScaleIOVolumeSource", scaleIODefaults],
  ["core/v1.ScaleIOPersistentVolumeSource", scaleIODefaults],
  [
    "core/v1.AzureDiskVolumeSource",
    (source) => setAbsent(source, { cachingMode: "ReadWrite", fsType: "ext4", readOnly: false, kind: "Shared" }),
  ],
];

function rbdDefaults(source: ValueObject): ValueObject {
  return setZero(source, { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" });
}

function scaleIODefaults(source: ValueObject): ValueObject {
  return setZero(source, { storageMode: "ThinProvisioned", fsType: "xfs" });
}

function podSpecDefaults(spec: ValueObject): ValueObject {
  const named = setZero(spec, { dnsPolicy: "ClusterFirst", restartPolicy: "Always", schedulerName: "default-scheduler" });
  return setAbsent(named, { securityContext: {}, terminationGracePeriodSeconds: 30 });
}

// These hold for a Pod only, not for the template of a workload.
function podOnlyDefaults(before: ValueObject): ValueObject {
  let spec = changeEach(before, "containers", requestsFromLimits);
  spec = changeEach(spec, "initContainers", requestsFromLimits);
  spec = setAbsent(spec, { enableServiceLinks: true });
  if (spec["hostNetwork"] !== true) return spec;
  const withHostPorts = (container: ValueObject) =>
    changeEach(container, "ports", (port) => setZero(port, { hostPort: port["containerPort"] ?? 0 }));
  return changeEach(changeEach(spec, "containers", withHostPorts), "initContainers", withHostPorts);
}

function requestsFromLimits(container: ValueObject): ValueObject {
  const limits = objectAt(objectAt(container, "resources"), "limits");
  if (isEmpty(limits)) return container;
  return changeAt(container, "resources", (resources) =>
    changeAt(resources, "requests", (requests) => setUndefined(requests, limits)),
  );
}

function setUndefined(object: ValueObject, defaults: ValueObject): ValueObject {
  const missing = Object.keys(defaults).filter((key) => !Object.hasOwn(object, key));
  if (missing.length === 0) return object;
  return { ...object, ...Object.fromEntries(missing.map((key) => [key, defaults[key] as Value])) };
}

function containerDefaults(container: ValueObject): ValueObject {
  let result = container;
  if (isZero(container["imagePullPolicy"])) {
    const { image } = container;
    result = { ...container, imagePullPolicy: pullPolicy(typeof image === "string" ? image : "") };
  }
  return setZero(result, { terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File" });
}

function volumeDefaults(volume: ValueObject): ValueObject {
  const hasSource = Object.keys(volume).some((key) => key !== "name" && volume[key] !== null);
  if (!hasSource) return { ...volume, emptyDir: {} };
  return isObject(volume["image"])
    ? changeAt(volume, "image", (image) => {
        const reference = image["reference"];
        return isZero(image["pullPolicy"])
          ? { ...image, pullPolicy: pullPolicy(typeof reference === "string" ? reference : "") }
          : image;
      })
    : volume;
}

const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const host =
  "(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?";
const reference = new RegExp(
  `^(?:${host}/)?${component}(?:/${component})*(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/** Always for the tag latest, which an image without tag and digest has; an unreadable image has no tag. */
export function pullPolicy(image: string): "Always" | "IfNotPresent" {
  const parts = image.length <= 1024 && !/^[0-9a-f]{64}$/.test(image) ? reference.exec(image) : null;
  if (!parts) return "IfNotPresent";
  const [, tag, digest] = parts;
  return tag === "latest" || (tag === undefined && digest === undefined) ? "Always" : "IfNotPresent";
}
