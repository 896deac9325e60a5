import type { ValueObject } from "../../manifest/value.js";
import { isObject, listAt } from "../../manifest/value.js";
import { changeAt, type Defaulter, isEmpty, setAbsent, setZero } from "./set.js";

const webhook = {
  failurePolicy: "Fail",
  matchPolicy: "Equivalent",
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
};
const oldWebhook = { ...webhook, failurePolicy: "Ignore", matchPolicy: "Exact", sideEffects: "Unknown", timeoutSeconds: 30 };
const matchResources = { matchPolicy: "Equivalent", namespaceSelector: {}, objectSelector: {} };
const policySpec = { failurePolicy: "Fail" };

function inGroup(
  group: string,
  defaulters: readonly (readonly [string, Defaulter])[],
): readonly (readonly [string, Defaulter])[] {
  return defaulters.map(([name, defaulter]) => [`${group}.${name}`, defaulter]);
}

const admissionCommon: readonly (readonly [string, Defaulter])[] = [
  ["RuleWithOperations", (rule) => setAbsent(rule, { scope: "*" })],
  ["NamedRuleWithOperations", (rule) => setAbsent(rule, { scope: "*" })],
  ["ServiceReference", (service) => setAbsent(service, { port: 443 })],
  ["ValidatingAdmissionPolicySpec", (spec) => setAbsent(spec, policySpec)],
  ["MutatingAdmissionPolicySpec", (spec) => setAbsent(spec, policySpec)],
  ["MatchResources", (resources) => setAbsent(resources, matchResources)],
];

/** Admission webhooks and policies. */
export const admissionDefaults: readonly (readonly [string, Defaulter])[] = [
  ...inGroup("admissionregistration/v1", [
    ...admissionCommon,
    ["ValidatingWebhook", (hook) => setAbsent(hook, webhook)],
    ["MutatingWebhook", (hook) => setAbsent(hook, { ...webhook, reinvocationPolicy: "Never" })],
  ]),
  ...inGroup("admissionregistration/v1beta1", [
    ...admissionCommon,
    ["ValidatingWebhook", (hook) => setAbsent(hook, oldWebhook)],
    ["MutatingWebhook", (hook) => setAbsent(hook, { ...oldWebhook, reinvocationPolicy: "Never" })],
  ]),
  ...inGroup("admissionregistration/v1alpha1", admissionCommon),
];

const rbacGroup = "rbac.authorization.k8s.io";
const binding: Defaulter = (object) => changeAt(object, "roleRef", (reference) => setZero(reference, { apiGroup: rbacGroup }));
const ingressPath: Defaulter = (path) => setAbsent(path, { pathType: "ImplementationSpecific" });
const csiDriver: Defaulter = (driver) =>
  changeAt(driver, "spec", (spec) => {
    const named = setAbsent(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: "ReadWriteOnceWithFSType",
      requiresRepublish: false,
      seLinuxMount: false,
    });
    return isEmpty(named["volumeLifecycleModes"]) ? { ...named, volumeLifecycleModes: ["Persistent"] } : named;
  });
const storageClass: Defaulter = (storage) => setAbsent(storage, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" });
const priorityClass: Defaulter = (priority) => setAbsent(priority, { preemptionPolicy: "PreemptLowerPriority" });
const endpointPort: Defaulter = (port) => setAbsent(port, { name: "", protocol: "TCP" });

/** Access control, network, storage, scheduling, flow control. */
export const otherDefaults: readonly (readonly [string, Defaulter])[] = [
  ...["rbac/v1", "rbac/v1beta1", "rbac/v1alpha1"].flatMap((group) =>
    inGroup(group, [
      ["ClusterRoleBinding", binding],
      ["RoleBinding", binding],
      ["Subject", subjectDefaults(group === "rbac/v1alpha1")],
    ]),
  ),
  ["networking/v1.NetworkPolicy", networkPolicyDefaults],
  ["networking/v1.NetworkPolicyPort", (port) => setAbsent(port, { protocol: "TCP" })],
  ["networking/v1.IngressClass", ingressClassDefaults],
  ["networking/v1beta1.IngressClass", ingressClassDefaults],
  ["networking/v1beta1.HTTPIngressPath", ingressPath],
  ["extensions/v1beta1.HTTPIngressPath", ingressPath],
  ["extensions/v1beta1.NetworkPolicy", networkPolicyDefaults],
  ["discovery/v1.EndpointPort", endpointPort],
  ["discovery/v1beta1.EndpointPort", endpointPort],
  ...["storage/v1", "storage/v1beta1"].flatMap((group) =>
    inGroup(group, [
      ["StorageClass", storageClass],
      ["CSIDriver", csiDriver],
    ]),
  ),
  ...["scheduling/v1", "scheduling/v1beta1", "scheduling/v1alpha1"].flatMap((group) =>
    inGroup(group, [["PriorityClass", priorityClass]]),
  ),
  ["certificates/v1beta1.PodCertificateRequestSpec", (spec) => setAbsent(spec, { maxExpirationSeconds: 86400 })],
  ...["flowcontrol/v1", "flowcontrol/v1beta3", "flowcontrol/v1beta2", "flowcontrol/v1beta1"].flatMap((group) =>
    inGroup(group, flowControl(group)),
  ),
  ...["resource/v1", "resource/v1beta2", "resource/v1beta1"].flatMap((group) =>
    inGroup(group, [
      ["ExactDeviceRequest", deviceRequestDefaults],
      ["DeviceSubRequest", deviceRequestDefaults],
      ["DeviceToleration", (toleration) => setZero(toleration, { operator: "Equal" })],
    ]),
  ),
];

function subjectDefaults(isAlpha: boolean): Defaulter {
  const key = isAlpha ? "apiVersion" : "apiGroup";
  return (subject) => {
    const isAccount = subject["kind"] === "User" || subject["kind"] === "Group";
    if (isAccount) return setZero(subject, { [key]: isAlpha ? `${rbacGroup}/v1alpha1` : rbacGroup });
    return isAlpha && subject["kind"] === "ServiceAccount" ? setZero(subject, { apiVersion: "v1" }) : subject;
  };
}

function networkPolicyDefaults(policy: ValueObject): ValueObject {
  return changeAt(policy, "spec", (spec) => {
    if (!isEmpty(spec["policyTypes"])) return spec;
    const hasEgress = listAt(spec, "egress").length > 0;
    return { ...spec, policyTypes: hasEgress ? ["Ingress", "Egress"] : ["Ingress"] };
  });
}

function ingressClassDefaults(ingressClass: ValueObject): ValueObject {
  return changeAt(ingressClass, "spec", (spec) =>
    isObject(spec["parameters"])
      ? changeAt(spec, "parameters", (parameters) => setAbsent(parameters, { scope: "Cluster" }))
      : spec,
  );
}

function flowControl(group: string): readonly (readonly [string, Defaulter])[] {
  const shares = group.endsWith("v1beta1") || group.endsWith("v1beta2") ? "assuredConcurrencyShares" : "nominalConcurrencyShares";
  const isCurrent = group === "flowcontrol/v1";
  return [
    ["FlowSchemaSpec", (spec) => setZero(spec, { matchingPrecedence: 1000 })],
    ["ExemptPriorityLevelConfiguration", (level) => setAbsent(level, { nominalConcurrencyShares: 0, lendablePercent: 0 })],
    [
      "LimitedPriorityLevelConfiguration",
      (level) => {
        const lent = setAbsent(level, { lendablePercent: 0 });
        return isCurrent ? setAbsent(lent, { [shares]: 30 }) : setZero(lent, { [shares]: 30 });
      },
    ],
    ["QueuingConfiguration", (queuing) => setZero(queuing, { handSize: 8, queues: 64, queueLengthLimit: 50 })],
  ];
}

function deviceRequestDefaults(request: ValueObject): ValueObject {
  const moded = setZero(request, { allocationMode: "ExactCount" });
  return moded["allocationMode"] === "ExactCount" ? setZero(moded, { count: 1 }) : moded;
}
