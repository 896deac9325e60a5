import type { Location } from "../../errors.js";
import { formatLocation } from "../../errors.js";
import type { Rule } from "../rule.js";
import { placeOfField } from "../source-place.js";
import { named } from "./render-error.js";

/** API versions that Kubernetes serves no more: a cluster of that version or a later one refuses the object. */
export const deprecatedApi: Rule = {
  id: "deprecated-api",
  severity: "error",
  summary: "A rendered object has an API version that Kubernetes serves no more.",
  check(fleet) {
    const found = new Map<string, { location: Location; message: string; applications: string[] }>();
    for (const application of fleet.state.applications.values()) {
      for (const object of application.render.manifests) {
        const removal = removalOf(object.apiVersion, object.kind);
        if (!removal) continue;
        const location = placeOfField(fleet, application, { object, path: ["apiVersion"] });
        const instead = removal.instead === "" ? "there is no successor" : `use ${removal.instead}`;
        const message = `${object.kind} ${object.metadata.name}: ${object.apiVersion} is not served since Kubernetes ${removal.since}, ${instead}`;
        const id = `${formatLocation(location)} ${object.apiVersion} ${object.kind}`;
        const known = found.get(id);
        if (known) known.applications.push(application.key);
        else found.set(id, { location, message, applications: [application.key] });
      }
    }
    return [...found.values()].map(({ location, message, applications }) => ({
      location,
      message: `${message} (in ${named([...new Set(applications)])})`,
    }));
  },
};

interface Removal {
  readonly apiVersion: string;
  /** Absent: every kind of the version. */
  readonly kinds?: readonly string[];
  readonly since: string;
  readonly instead: string;
}

function removalOf(apiVersion: string, kind: string): Removal | undefined {
  return removals.find((entry) => entry.apiVersion === apiVersion && (entry.kinds?.includes(kind) ?? true));
}

/** From Kubernetes' guide to deprecated API versions. */
const removals: readonly Removal[] = [
  { apiVersion: "extensions/v1beta1", kinds: ["Ingress"], since: "1.22", instead: "networking.k8s.io/v1" },
  { apiVersion: "extensions/v1beta1", kinds: ["NetworkPolicy"], since: "1.16", instead: "networking.k8s.io/v1" },
  { apiVersion: "extensions/v1beta1", kinds: ["PodSecurityPolicy"], since: "1.16", instead: "" },
  { apiVersion: "extensions/v1beta1", since: "1.16", instead: "apps/v1" },
  { apiVersion: "apps/v1beta1", since: "1.16", instead: "apps/v1" },
  { apiVersion: "apps/v1beta2", since: "1.16", instead: "apps/v1" },
  { apiVersion: "networking.k8s.io/v1beta1", kinds: ["Ingress", "IngressClass"], since: "1.22", instead: "networking.k8s.io/v1" },
  { apiVersion: "rbac.authorization.k8s.io/v1alpha1", since: "1.22", instead: "rbac.authorization.k8s.io/v1" },
  { apiVersion: "rbac.authorization.k8s.io/v1beta1", since: "1.22", instead: "rbac.authorization.k8s.io/v1" },
  { apiVersion: "apiextensions.k8s.io/v1beta1", since: "1.22", instead: "apiextensions.k8s.io/v1" },
  {
    apiVersion: "admissionregistration.k8s.io/v1beta1",
    kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    since: "1.22",
    instead: "admissionregistration.k8s.io/v1",
  },
  { apiVersion: "apiregistration.k8s.io/v1beta1", since: "1.22", instead: "apiregistration.k8s.io/v1" },
  {
    apiVersion: "certificates.k8s.io/v1beta1",
    kinds: ["CertificateSigningRequest"],
    since: "1.22",
    instead: "certificates.k8s.io/v1",
  },
  { apiVersion: "coordination.k8s.io/v1beta1", kinds: ["Lease"], since: "1.22", instead: "coordination.k8s.io/v1" },
  { apiVersion: "scheduling.k8s.io/v1beta1", kinds: ["PriorityClass"], since: "1.22", instead: "scheduling.k8s.io/v1" },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
    since: "1.22",
    instead: "storage.k8s.io/v1",
  },
  { apiVersion: "storage.k8s.io/v1beta1", kinds: ["CSIStorageCapacity"], since: "1.27", instead: "storage.k8s.io/v1" },
  { apiVersion: "batch/v1beta1", kinds: ["CronJob"], since: "1.25", instead: "batch/v1" },
  { apiVersion: "discovery.k8s.io/v1beta1", since: "1.25", instead: "discovery.k8s.io/v1" },
  { apiVersion: "events.k8s.io/v1beta1", since: "1.25", instead: "events.k8s.io/v1" },
  { apiVersion: "policy/v1beta1", kinds: ["PodDisruptionBudget"], since: "1.25", instead: "policy/v1" },
  { apiVersion: "policy/v1beta1", kinds: ["PodSecurityPolicy"], since: "1.25", instead: "" },
  { apiVersion: "node.k8s.io/v1beta1", kinds: ["RuntimeClass"], since: "1.25", instead: "node.k8s.io/v1" },
  { apiVersion: "autoscaling/v2beta1", since: "1.25", instead: "autoscaling/v2" },
  { apiVersion: "autoscaling/v2beta2", since: "1.26", instead: "autoscaling/v2" },
  { apiVersion: "flowcontrol.apiserver.k8s.io/v1beta1", since: "1.26", instead: "flowcontrol.apiserver.k8s.io/v1" },
  { apiVersion: "flowcontrol.apiserver.k8s.io/v1beta2", since: "1.29", instead: "flowcontrol.apiserver.k8s.io/v1" },
  { apiVersion: "flowcontrol.apiserver.k8s.io/v1beta3", since: "1.32", instead: "flowcontrol.apiserver.k8s.io/v1" },
];
