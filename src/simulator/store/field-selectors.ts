import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import { badRequest } from "../api/status-error.js";

export type FieldTest = (object: KubernetesObject) => boolean;

/** The fields, besides metadata.name and metadata.namespace, by which a built-in resource can be selected. */
const selectable: { readonly [storage: string]: readonly string[] } = {
  "pods.": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  "events.": [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "secrets.": ["type"],
  "namespaces.": ["status.phase"],
  "nodes.": ["spec.unschedulable"],
  "services.": ["spec.clusterIP", "spec.type"],
  "replicasets.apps": ["status.replicas"],
  "replicationcontrollers.": ["status.replicas"],
  "jobs.batch": ["status.successful"],
  "certificatesigningrequests.certificates.k8s.io": ["spec.signerName"],
};

/** The test behind a `fieldSelector` parameter, with `name` when it asks for exactly one. Throws 400 for a field that the resource does not offer. */
export function parseFieldSelector(
  text: string,
  type: ResourceType,
): { readonly test: FieldTest; readonly name: string | undefined } {
  const tests: FieldTest[] = [];
  let name: string | undefined;
  for (const part of text.split(",").filter((item) => item !== "")) {
    const match = /^([^=!]+?)(==|!=|=)(.*)$/.exec(part);
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const field = match[1]!.trim();
    const wanted = match[3]!.trim();
    checkField(field, type);
    const negated = match[2] === "!=";
    if (field === "metadata.name" && !negated) name = wanted;
    tests.push((object) => (fieldText(object, field) === wanted) !== negated);
  }
  return { test: (object) => tests.every((test) => test(object)), name };
}

function checkField(field: string, type: ResourceType): void {
  if (field === "metadata.name" || field === "metadata.namespace") return;
  const own = selectable[type.storage];
  if (own?.includes(field)) return;
  throw badRequest(
    own || type.custom
      ? `field label not supported: ${field}`
      : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

function fieldText(object: KubernetesObject, field: string): string {
  if (field === "status.successful") return String(at(object, ["status", "succeeded"]) ?? 0);
  if (field === "source") return text(at(object, ["source", "component"]) ?? object["reportingComponent"]);
  if (field === "spec.unschedulable" || field === "spec.hostNetwork") return String(at(object, field.split(".")) ?? false);
  return text(at(object, field.split(".")));
}

function at(object: unknown, path: readonly string[]): unknown {
  let found: unknown = object;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}

function text(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}
