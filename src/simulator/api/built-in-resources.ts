import { allVerbs, apiVersionOf, type ResourceType, storageOf } from "./resource-type.js";

/**
 * The built-in resources: `group/version plural singular Kind scope [short=…] [categories=…] [sub=…] [verbs=…]`; scope N(amespaced) or C(luster).
 * Source: the discovery documents that Kubernetes publishes with each release.
 */
const table = `
v1 configmaps configmap ConfigMap N short=cm
v1 endpoints endpoints Endpoints N short=ep
v1 events event Event N short=ev
v1 limitranges limitrange LimitRange N short=limits
v1 namespaces namespace Namespace C short=ns sub=finalize,status verbs=create,delete,get,list,patch,update,watch
v1 nodes node Node C short=no sub=status
v1 persistentvolumeclaims persistentvolumeclaim PersistentVolumeClaim N short=pvc sub=status
v1 persistentvolumes persistentvolume PersistentVolume C short=pv sub=status
v1 pods pod Pod N short=po categories=all sub=binding,eviction,log,status
v1 podtemplates podtemplate PodTemplate N
v1 replicationcontrollers replicationcontroller ReplicationController N short=rc categories=all sub=scale,status
v1 resourcequotas resourcequota ResourceQuota N short=quota sub=status
v1 secrets secret Secret N
v1 serviceaccounts serviceaccount ServiceAccount N short=sa sub=token
v1 services service Service N short=svc categories=all sub=status
apiregistration.k8s.io/v1 apiservices apiservice APIService C categories=api-extensions sub=status
apps/v1 controllerrevisions controllerrevision ControllerRevision N
apps/v1 daemonsets daemonset DaemonSet N short=ds categories=all sub=status
apps/v1 deployments deployment Deployment N short=deploy categories=all sub=scale,status
apps/v1 replicasets replicaset ReplicaSet N short=rs categories=all sub=scale,status
apps/v1 statefulsets statefulset StatefulSet N short=sts categories=all sub=scale,status
events.k8s.io/v1 events event Event N short=ev
authentication.k8s.io/v1 selfsubjectreviews selfsubjectreview SelfSubjectReview C verbs=create
authentication.k8s.io/v1 tokenreviews tokenreview TokenReview C verbs=create
authorization.k8s.io/v1 localsubjectaccessreviews localsubjectaccessreview LocalSubjectAccessReview N verbs=create
authorization.k8s.io/v1 selfsubjectaccessreviews selfsubjectaccessreview SelfSubjectAccessReview C verbs=create
authorization.k8s.io/v1 selfsubjectrulesreviews selfsubjectrulesreview SelfSubjectRulesReview C verbs=create
authorization.k8s.io/v1 subjectaccessreviews subjectaccessreview SubjectAccessReview C verbs=create
autoscaling/v2 horizontalpodautoscalers horizontalpodautoscaler HorizontalPodAutoscaler N short=hpa categories=all sub=status
autoscaling/v1 horizontalpodautoscalers horizontalpodautoscaler HorizontalPodAutoscaler N short=hpa categories=all sub=status
batch/v1 cronjobs cronjob CronJob N short=cj categories=all sub=status
batch/v1 jobs job Job N categories=all sub=status
certificates.k8s.io/v1 certificatesigningrequests certificatesigningrequest CertificateSigningRequest C short=csr sub=approval,status
networking.k8s.io/v1 ingressclasses ingressclass IngressClass C
networking.k8s.io/v1 ingresses ingress Ingress N short=ing sub=status
networking.k8s.io/v1 networkpolicies networkpolicy NetworkPolicy N short=netpol
policy/v1 poddisruptionbudgets poddisruptionbudget PodDisruptionBudget N short=pdb sub=status
rbac.authorization.k8s.io/v1 clusterrolebindings clusterrolebinding ClusterRoleBinding C
rbac.authorization.k8s.io/v1 clusterroles clusterrole ClusterRole C
rbac.authorization.k8s.io/v1 rolebindings rolebinding RoleBinding N
rbac.authorization.k8s.io/v1 roles role Role N
storage.k8s.io/v1 csidrivers csidriver CSIDriver C
storage.k8s.io/v1 csinodes csinode CSINode C
storage.k8s.io/v1 csistoragecapacities csistoragecapacity CSIStorageCapacity N
storage.k8s.io/v1 storageclasses storageclass StorageClass C short=sc
storage.k8s.io/v1 volumeattachments volumeattachment VolumeAttachment C sub=status
admissionregistration.k8s.io/v1 mutatingwebhookconfigurations mutatingwebhookconfiguration MutatingWebhookConfiguration C categories=api-extensions
admissionregistration.k8s.io/v1 validatingadmissionpolicies validatingadmissionpolicy ValidatingAdmissionPolicy C categories=api-extensions sub=status
admissionregistration.k8s.io/v1 validatingadmissionpolicybindings validatingadmissionpolicybinding ValidatingAdmissionPolicyBinding C categories=api-extensions
admissionregistration.k8s.io/v1 validatingwebhookconfigurations validatingwebhookconfiguration ValidatingWebhookConfiguration C categories=api-extensions
apiextensions.k8s.io/v1 customresourcedefinitions customresourcedefinition CustomResourceDefinition C short=crd,crds categories=api-extensions sub=status
scheduling.k8s.io/v1 priorityclasses priorityclass PriorityClass C short=pc
coordination.k8s.io/v1 leases lease Lease N
node.k8s.io/v1 runtimeclasses runtimeclass RuntimeClass C
discovery.k8s.io/v1 endpointslices endpointslice EndpointSlice N
`;

/** All built-in resources, in the order in which discovery lists their groups. */
export const builtInResources: readonly ResourceType[] = table.trim().split("\n").map(parseRow);

function parseRow(row: string): ResourceType {
  const [groupVersion = "", plural = "", singular = "", kind = "", scope, ...options] = row.split(" ");
  const slash = groupVersion.indexOf("/");
  const group = slash < 0 ? "" : groupVersion.slice(0, slash);
  const version = groupVersion.slice(slash + 1);
  const option = (name: string): readonly string[] =>
    options
      .find((text) => text.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .split(",") ?? [];
  const verbs = option("verbs");
  return {
    group,
    version,
    kind,
    listKind: `${kind}List`,
    plural,
    singular,
    shortNames: option("short"),
    categories: option("categories"),
    namespaced: scope === "N",
    verbs: verbs.length > 0 ? verbs : allVerbs,
    subresources: option("sub"),
    // core/v1 and events.k8s.io/v1 show the same events.
    storage: plural === "events" ? storageOf("", plural) : storageOf(group, plural),
    apiVersion: apiVersionOf(group, version),
  };
}
