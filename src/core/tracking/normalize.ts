import { type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { readText, withoutText, withText } from "./metadata.js";
import { trackingAnnotation } from "./track.js";

/**
 * The live object with the traces of label tracking cleaned, so that a change of the method alone is no drift: a missing
 * annotation is filled from the target, and an instance label that the target does not have is dropped. An annotation that is
 * there stays, since another owner is a real difference. `method` is argocd-cm's text, "" counts as label here (Argo CD).
 */
export function normalizeTracking(
  target: KubernetesObject | undefined,
  live: KubernetesObject | undefined,
  options: { readonly method: string; readonly labelKey: string },
): KubernetesObject | undefined {
  if (options.method === "" || options.method === "label" || !live || !target) return live;
  if (readText(live, "labels", options.labelKey) === "" || isCustomResourceDefinition(live)) return live;
  const annotated =
    readText(live, "annotations", trackingAnnotation) === ""
      ? withText(live, "annotations", trackingAnnotation, readText(target, "annotations", trackingAnnotation))
      : live;
  return readText(target, "labels", options.labelKey) === "" ? withoutText(annotated, "labels", options.labelKey) : annotated;
}

function isCustomResourceDefinition(object: KubernetesObject): boolean {
  return object.kind === "CustomResourceDefinition" && splitApiVersion(object.apiVersion).group === "apiextensions.k8s.io";
}
