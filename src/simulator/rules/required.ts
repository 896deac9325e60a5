import type { ResourceType } from "../api/resource-type.js";
import type { FieldCause } from "../api/status-error.js";
import { type Draft, isDraft } from "../draft.js";
import { requiredField } from "./causes.js";

/** Fields that must not be empty, by storage; `[]` is each item. A field of an object that is not there is not missed. */
const podSpec = (at: string): readonly string[] => [
  `${at}.containers`,
  `${at}.containers[].name`,
  `${at}.containers[].image`,
  `${at}.containers[].env[].name`,
  `${at}.containers[].ports[].containerPort`,
  `${at}.containers[].volumeMounts[].name`,
  `${at}.containers[].volumeMounts[].mountPath`,
  `${at}.initContainers[].name`,
  `${at}.initContainers[].image`,
  `${at}.volumes[].name`,
];

const required: { readonly [storage: string]: readonly string[] } = {
  "pods.": podSpec("spec"),
  "deployments.apps": ["spec.selector", ...podSpec("spec.template.spec")],
  "replicasets.apps": ["spec.selector", ...podSpec("spec.template.spec")],
  "statefulsets.apps": ["spec.selector", ...podSpec("spec.template.spec")],
  "daemonsets.apps": ["spec.selector", ...podSpec("spec.template.spec")],
  "jobs.batch": podSpec("spec.template.spec"),
  "cronjobs.batch": ["spec.schedule", ...podSpec("spec.jobTemplate.spec.template.spec")],
  "services.": ["spec.ports[].port"],
  "persistentvolumeclaims.": ["spec.accessModes", "spec.resources.requests"],
  "ingresses.networking.k8s.io": ["spec.rules[].http.paths", "spec.rules[].http.paths[].pathType"],
  "horizontalpodautoscalers.autoscaling": ["spec.scaleTargetRef.kind", "spec.scaleTargetRef.name"],
  "storageclasses.storage.k8s.io": ["provisioner"],
  "rolebindings.rbac.authorization.k8s.io": ["roleRef.name", "subjects[].name"],
  "clusterrolebindings.rbac.authorization.k8s.io": ["roleRef.name", "subjects[].name"],
};

/** The required fields that are missing. */
export function validateRequired(type: ResourceType, draft: Draft): readonly FieldCause[] {
  return (required[type.storage] ?? []).flatMap((path) => missingAt(draft, path.split("."), ""));
}

function missingAt(value: unknown, path: readonly string[], at: string): readonly FieldCause[] {
  if (!isDraft(value)) return [];
  const [segment = "", ...rest] = path;
  const isList = segment.endsWith("[]");
  const key = isList ? segment.slice(0, -2) : segment;
  const here = at === "" ? key : `${at}.${key}`;
  const found = value[key];
  if (rest.length === 0) return isEmpty(found) ? [requiredField(here)] : [];
  if (!isList) return missingAt(found, rest, here);
  return Array.isArray(found) ? found.flatMap((item, index) => missingAt(item, rest, `${here}[${index}]`)) : [];
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return true;
  return Array.isArray(value) ? value.length === 0 : isDraft(value) && Object.keys(value).length === 0;
}
