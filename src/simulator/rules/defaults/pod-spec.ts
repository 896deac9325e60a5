import { type Draft, part, parts, setDefault, text } from "../../draft.js";
import { applyDefaults, type Default } from "./table.js";

const podSpec: readonly Default[] = [
  ["restartPolicy", "Always"],
  ["terminationGracePeriodSeconds", 30],
  ["dnsPolicy", "ClusterFirst"],
  ["schedulerName", "default-scheduler"],
  ["securityContext", {}],
  ["volumes[].secret.defaultMode", 420],
  ["volumes[].configMap.defaultMode", 420],
  ["volumes[].downwardAPI.defaultMode", 420],
  ["volumes[].downwardAPI.items[].fieldRef.apiVersion", "v1"],
  ["volumes[].projected.defaultMode", 420],
  ["volumes[].projected.sources[].serviceAccountToken.expirationSeconds", 3600],
  ["volumes[].projected.sources[].downwardAPI.items[].fieldRef.apiVersion", "v1"],
  ["volumes[].hostPath.type", ""],
  ["volumes[].ephemeral.volumeClaimTemplate.spec.volumeMode", "Filesystem"],
];

const container: readonly Default[] = [
  ["terminationMessagePath", "/dev/termination-log"],
  ["terminationMessagePolicy", "File"],
  ["ports[].protocol", "TCP"],
  ["env[].valueFrom.fieldRef.apiVersion", "v1"],
  ...["livenessProbe", "readinessProbe", "startupProbe"].flatMap((probe): Default[] => [
    [`${probe}.timeoutSeconds`, 1],
    [`${probe}.periodSeconds`, 10],
    [`${probe}.successThreshold`, 1],
    [`${probe}.failureThreshold`, 3],
    [`${probe}.httpGet.path`, "/"],
    [`${probe}.httpGet.scheme`, "HTTP"],
    [`${probe}.grpc.service`, ""],
  ]),
  ["lifecycle.postStart.httpGet.path", "/"],
  ["lifecycle.postStart.httpGet.scheme", "HTTP"],
  ["lifecycle.preStop.httpGet.path", "/"],
  ["lifecycle.preStop.httpGet.scheme", "HTTP"],
];

/** Kubernetes' defaults of a pod's spec, as in a template. */
export function defaultPodSpec(spec: Draft): void {
  applyDefaults(spec, podSpec);
  for (const key of ["containers", "initContainers", "ephemeralContainers"]) {
    for (const item of parts(spec, key)) {
      applyDefaults(item, container);
      setDefault(item, "imagePullPolicy", pullPolicyOf(text(item, "image")));
      if (spec["hostNetwork"] === true)
        for (const port of parts(item, "ports")) setDefault(port, "hostPort", port["containerPort"]);
    }
  }
  for (const volume of parts(spec, "volumes")) if (Object.keys(volume).every((key) => key === "name")) volume["emptyDir"] = {};
  // The old name of the field shows the same value.
  const account = text(spec, "serviceAccountName") || text(spec, "serviceAccount");
  if (account !== "") {
    spec["serviceAccountName"] = account;
    spec["serviceAccount"] = account;
  }
}

/** The further defaults of a real pod. */
export function defaultPod(spec: Draft): void {
  setDefault(spec, "enableServiceLinks", true);
  setDefault(spec, "priority", 0);
  setDefault(spec, "preemptionPolicy", "PreemptLowerPriority");
  for (const item of [...parts(spec, "containers"), ...parts(spec, "initContainers")]) {
    const resources = part(item, "resources");
    const limits = part(resources, "limits");
    if (resources && limits) resources["requests"] = { ...limits, ...part(resources, "requests") };
  }
}

function pullPolicyOf(image: string): string {
  if (image.includes("@")) return "IfNotPresent";
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? "latest";
  return tag === "latest" ? "Always" : "IfNotPresent";
}
