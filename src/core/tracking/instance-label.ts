import { InputError } from "../errors.js";
import { type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { objectAt, type ValueObject } from "../manifest/value.js";
import { withText } from "./metadata.js";

/** The label of Argo CD before 0.10; only it is also written to pod templates. */
export const legacyInstanceLabel = "applications.argoproj.io/app-name";
export const defaultInstanceLabel = "app.kubernetes.io/instance";

const maxLabelLength = 63;
const workloads = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

/** Cuts to 63 characters and drops trailing signs, so that the rest stays a valid label value. */
export function truncateLabel(value: string): string {
  if (value.length <= maxLabelLength) return value;
  const cut = value.slice(0, maxLabelLength).replace(/[^a-zA-Z0-9]+$/, "");
  if (cut === "") {
    throw new InputError("unable to truncate label to not end with a special character", { code: "TRACKING_BAD_LABEL" });
  }
  return cut;
}

/** Sets the instance label. */
export function withInstanceLabel(object: KubernetesObject, key: string, value: string): KubernetesObject {
  const labelled = withText(object, "labels", key, value);
  return key === legacyInstanceLabel && hasPodTemplate(object) ? withTemplateLabel(labelled, key, value) : labelled;
}

function hasPodTemplate(object: KubernetesObject): boolean {
  const { group } = splitApiVersion(object.apiVersion);
  return group === "batch" ? object.kind === "Job" : (group === "apps" || group === "extensions") && workloads.has(object.kind);
}

function withTemplateLabel(object: KubernetesObject, key: string, value: string): KubernetesObject {
  const spec = objectAt(object as unknown as ValueObject, "spec");
  const template = objectAt(spec, "template");
  const metadata = objectAt(template, "metadata");
  const labels = objectAt(metadata, "labels");
  const labelled = { ...spec, template: withLabels(template, { ...labels, [key]: value }) };
  const isOld = object.apiVersion === "apps/v1beta1" || object.apiVersion === "extensions/v1beta1";
  if (!isOld || Object.keys(objectAt(spec, "selector")).length > 0 || object.kind === "Job") return { ...object, spec: labelled };
  // Argo CD: these versions copy the template's labels into an absent selector, so the selector is written without ours.
  const { [key]: _ours, ...selected } = labels;
  return { ...object, spec: { ...labelled, selector: { matchLabels: selected } } };
}

function withLabels(template: ValueObject, labels: ValueObject): ValueObject {
  return { ...template, metadata: { ...objectAt(template, "metadata"), labels } };
}
