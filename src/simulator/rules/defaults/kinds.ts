import type { Default } from "./table.js";

const rbac = "rbac.authorization.k8s.io";

const webhooks: readonly Default[] = [
  ["webhooks[].failurePolicy", "Fail"],
  ["webhooks[].matchPolicy", "Equivalent"],
  ["webhooks[].namespaceSelector", {}],
  ["webhooks[].objectSelector", {}],
  ["webhooks[].timeoutSeconds", 10],
  ["webhooks[].rules[].scope", "*"],
  ["webhooks[].clientConfig.service.port", 443],
];

/** Plain defaults by storage. Source: the `SetDefaults_*` functions of each API group. */
export const defaultsByKind: { readonly [storage: string]: readonly Default[] } = {
  "deployments.apps": [
    ["+spec.replicas", 1],
    ["spec.revisionHistoryLimit", 10],
    ["spec.progressDeadlineSeconds", 600],
    ["spec.+strategy.type", "RollingUpdate"],
  ],
  "replicasets.apps": [["+spec.replicas", 1]],
  "replicationcontrollers.": [["+spec.replicas", 1]],
  "statefulsets.apps": [
    ["+spec.replicas", 1],
    ["spec.podManagementPolicy", "OrderedReady"],
    ["spec.revisionHistoryLimit", 10],
    ["spec.+updateStrategy.type", "RollingUpdate"],
    ["spec.persistentVolumeClaimRetentionPolicy", {}],
    ["spec.persistentVolumeClaimRetentionPolicy.whenDeleted", "Retain"],
    ["spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Retain"],
    ["spec.volumeClaimTemplates[].apiVersion", "v1"],
    ["spec.volumeClaimTemplates[].kind", "PersistentVolumeClaim"],
    ["spec.volumeClaimTemplates[].+spec.volumeMode", "Filesystem"],
    ["spec.volumeClaimTemplates[].+status.phase", "Pending"],
  ],
  "daemonsets.apps": [
    ["+spec.revisionHistoryLimit", 10],
    ["spec.+updateStrategy.type", "RollingUpdate"],
  ],
  "cronjobs.batch": [
    ["+spec.concurrencyPolicy", "Allow"],
    ["spec.suspend", false],
    ["spec.successfulJobsHistoryLimit", 3],
    ["spec.failedJobsHistoryLimit", 1],
  ],
  "services.": [
    ["+spec.type", "ClusterIP"],
    ["spec.sessionAffinity", "None"],
    ["spec.ports[].protocol", "TCP"],
  ],
  "endpoints.": [["subsets[].ports[].protocol", "TCP"]],
  "endpointslices.discovery.k8s.io": [
    ["ports[].name", ""],
    ["ports[].protocol", "TCP"],
  ],
  "secrets.": [["type", "Opaque"]],
  "persistentvolumeclaims.": [["+spec.volumeMode", "Filesystem"]],
  "persistentvolumes.": [
    ["+spec.volumeMode", "Filesystem"],
    ["spec.persistentVolumeReclaimPolicy", "Retain"],
    ["spec.hostPath.type", ""],
  ],
  "storageclasses.storage.k8s.io": [
    ["reclaimPolicy", "Delete"],
    ["volumeBindingMode", "Immediate"],
  ],
  "networkpolicies.networking.k8s.io": [
    ["spec.ingress[].ports[].protocol", "TCP"],
    ["spec.egress[].ports[].protocol", "TCP"],
  ],
  "rolebindings.rbac.authorization.k8s.io": [["roleRef.apiGroup", rbac]],
  "clusterrolebindings.rbac.authorization.k8s.io": [["roleRef.apiGroup", rbac]],
  "priorityclasses.scheduling.k8s.io": [["preemptionPolicy", "PreemptLowerPriority"]],
  "mutatingwebhookconfigurations.admissionregistration.k8s.io": [...webhooks, ["webhooks[].reinvocationPolicy", "Never"]],
  "validatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
  "validatingadmissionpolicies.admissionregistration.k8s.io": [
    ["spec.failurePolicy", "Fail"],
    ["spec.matchConstraints.matchPolicy", "Equivalent"],
    ["spec.matchConstraints.namespaceSelector", {}],
    ["spec.matchConstraints.objectSelector", {}],
    ["spec.matchConstraints.resourceRules[].scope", "*"],
  ],
  "customresourcedefinitions.apiextensions.k8s.io": [["+spec.conversion", { strategy: "None" }]],
  "apiservices.apiregistration.k8s.io": [["spec.service.port", 443]],
  "events.": [["metadata", {}]],
};
