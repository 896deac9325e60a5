import { base64Encode } from "../../../platform/bytes.js";
import { type Draft, ensure, part, parts, setDefault, text } from "../../draft.js";

/** Defaults that depend on other fields, by storage. */
export const specialDefaults: { readonly [storage: string]: (draft: Draft) => void } = {
  "deployments.apps": (draft) => {
    const strategy = part(part(draft, "spec"), "strategy");
    if (text(strategy, "type") !== "RollingUpdate" || !strategy) return;
    const rolling = ensure(strategy, "rollingUpdate");
    setDefault(rolling, "maxUnavailable", "25%");
    setDefault(rolling, "maxSurge", "25%");
  },
  "statefulsets.apps": (draft) => {
    const strategy = part(part(draft, "spec"), "updateStrategy");
    if (strategy && text(strategy, "type") === "RollingUpdate") setDefault(ensure(strategy, "rollingUpdate"), "partition", 0);
  },
  "daemonsets.apps": (draft) => {
    // The count of template changes, which strategy moves on.
    setDefault(ensure(ensure(draft, "metadata"), "annotations"), "deprecated.daemonset.template.generation", "1");
    const strategy = part(part(draft, "spec"), "updateStrategy");
    if (text(strategy, "type") !== "RollingUpdate" || !strategy) return;
    const rolling = ensure(strategy, "rollingUpdate");
    setDefault(rolling, "maxUnavailable", 1);
    setDefault(rolling, "maxSurge", 0);
  },
  "jobs.batch": (draft) => defaultJob(draft),
  "services.": (draft) => defaultService(ensure(draft, "spec")),
  "secrets.": (draft) => {
    const plain = part(draft, "stringData");
    if (!plain) return;
    const data = ensure(draft, "data");
    for (const [key, value] of Object.entries(plain)) data[key] = base64Encode(String(value));
    delete draft["stringData"];
  },
  "networkpolicies.networking.k8s.io": (draft) => {
    const spec = ensure(draft, "spec");
    const types = parts(spec, "egress").length > 0 || Array.isArray(spec["egress"]) ? ["Ingress", "Egress"] : ["Ingress"];
    if (!Array.isArray(spec["policyTypes"])) spec["policyTypes"] = types;
  },
  "rolebindings.rbac.authorization.k8s.io": defaultSubjects,
  "clusterrolebindings.rbac.authorization.k8s.io": defaultSubjects,
  "horizontalpodautoscalers.autoscaling": (draft) => {
    const spec = ensure(draft, "spec");
    setDefault(spec, "minReplicas", 1);
    if (spec["metrics"] === undefined && spec["targetCPUUtilizationPercentage"] === undefined) {
      spec["metrics"] = [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ];
    }
    defaultScaling(part(spec, "behavior"));
  },
  "customresourcedefinitions.apiextensions.k8s.io": (draft) => {
    const names = ensure(ensure(draft, "spec"), "names");
    setDefault(names, "singular", text(names, "kind").toLowerCase());
    setDefault(names, "listKind", `${text(names, "kind")}List`);
    const conversion = ensure(ensure(draft, "spec"), "conversion");
    setDefault(conversion, "strategy", "None");
  },
};

function defaultScaling(behavior: Draft | undefined): void {
  if (!behavior) return;
  const percent = { type: "Percent", value: 100, periodSeconds: 15 };
  const up = ensure(behavior, "scaleUp");
  setDefault(up, "stabilizationWindowSeconds", 0);
  setDefault(up, "selectPolicy", "Max");
  setDefault(up, "policies", [{ type: "Pods", value: 4, periodSeconds: 15 }, { ...percent }]);
  const down = ensure(behavior, "scaleDown");
  setDefault(down, "selectPolicy", "Max");
  setDefault(down, "policies", [{ ...percent }]);
}

function defaultJob(draft: Draft): void {
  const spec = ensure(draft, "spec");
  if (spec["completions"] === undefined && spec["parallelism"] === undefined) spec["completions"] = 1;
  setDefault(spec, "parallelism", 1);
  setDefault(spec, "backoffLimit", spec["backoffLimitPerIndex"] === undefined ? 6 : 2_147_483_647);
  setDefault(spec, "completionMode", "NonIndexed");
  setDefault(spec, "suspend", false);
  setDefault(spec, "podReplacementPolicy", spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed");
  setDefault(spec, "manualSelector", false);
  const metadata = ensure(draft, "metadata");
  const labels = part(part(part(spec, "template"), "metadata"), "labels");
  if (labels && metadata["labels"] === undefined) metadata["labels"] = { ...labels };
}

function defaultService(spec: Draft): void {
  for (const port of parts(spec, "ports")) {
    if (port["targetPort"] === undefined || port["targetPort"] === 0 || port["targetPort"] === "")
      port["targetPort"] = port["port"];
  }
  const type = text(spec, "type");
  if (type !== "ExternalName") setDefault(spec, "internalTrafficPolicy", "Cluster");
  if (type === "NodePort" || type === "LoadBalancer") setDefault(spec, "externalTrafficPolicy", "Cluster");
  if (type === "LoadBalancer") setDefault(spec, "allocateLoadBalancerNodePorts", true);
  if (text(spec, "sessionAffinity") === "ClientIP") {
    setDefault(ensure(ensure(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds", 10_800);
  }
}

function defaultSubjects(draft: Draft): void {
  for (const subject of parts(draft, "subjects")) {
    if (text(subject, "kind") === "User" || text(subject, "kind") === "Group")
      setDefault(subject, "apiGroup", "rbac.authorization.k8s.io");
  }
}
