import type { KubernetesObject } from "../manifest/object.js";
import { defaultInstanceLabel, truncateLabel, withInstanceLabel } from "./instance-label.js";
import { readText, readTexts, withoutText, withText } from "./metadata.js";
import { formatTrackingId, parseTrackingId, type TrackingId, trackingIdOf } from "./tracking-id.js";

export const trackingAnnotation = "argocd.argoproj.io/tracking-id";
export const installationAnnotation = "argocd.argoproj.io/installation-id";

/** How resources are bound to applications: `application.resourceTrackingMethod`, `installationID` and the label key of argocd-cm. */
export interface TrackingSettings {
  readonly method: "annotation" | "label" | "annotation+label";
  readonly installationId: string;
  readonly labelKey: string;
}

/** Settings from argocd-cm's values; an unknown or empty method means annotation (Argo CD). */
export function trackingSettings(from: {
  readonly method?: string | undefined;
  readonly installationId?: string | undefined;
  readonly labelKey?: string | undefined;
}): TrackingSettings {
  const method = from.method === "label" || from.method === "annotation+label" ? from.method : "annotation";
  return { method, installationId: from.installationId ?? "", labelKey: from.labelKey || defaultInstanceLabel };
}

/** Marks a desired resource as belonging to `app` (the instance name). */
export function setTracking(
  object: KubernetesObject,
  owner: { readonly app: string; readonly destinationNamespace: string },
  settings: TrackingSettings,
): KubernetesObject {
  // Argo CD: with labels alone the value is the identity, so it is not cut and the API server reports one that is too long.
  if (settings.method === "label") return withInstanceLabel(object, settings.labelKey, owner.app);
  const id = formatTrackingId(trackingIdOf(object, owner.app, owner.destinationNamespace));
  const identified = settings.installationId
    ? withText(object, "annotations", installationAnnotation, settings.installationId)
    : withoutText(object, "annotations", installationAnnotation);
  const annotated = withText(identified, "annotations", trackingAnnotation, id);
  return settings.method === "annotation" ? annotated : withInstanceLabel(annotated, settings.labelKey, truncateLabel(owner.app));
}

/** The instance name of the application that owns a resource, "" when none (or another installation) does. */
export function trackedApp(object: KubernetesObject, settings: TrackingSettings): string {
  if (settings.method === "label") return readTextOrNone(object, "labels", settings.labelKey);
  return trackedId(object, settings)?.app ?? "";
}

/** The tracking annotation's parts; undefined under label tracking, for another installation, or when it cannot be read. */
export function trackedId(object: KubernetesObject, settings: TrackingSettings): TrackingId | undefined {
  if (settings.method === "label") return undefined;
  if (readTextOrNone(object, "annotations", installationAnnotation) !== settings.installationId) return undefined;
  try {
    return parseTrackingId(readTextOrNone(object, "annotations", trackingAnnotation));
  } catch {
    return undefined;
  }
}

/** Whether the tracking annotation names this very resource: a copy of a tracked object carries a foreign id and is not managed. */
export function isSelfTracked(object: KubernetesObject, id: TrackingId): boolean {
  const own = trackingIdOf(object, id.app, id.namespace);
  return own.group === id.group && own.kind === id.kind && own.name === id.name && own.namespace === id.namespace;
}

/** Removes the marks of a method (Argo CD: always the default label key). */
export function removeTracking(object: KubernetesObject, method: TrackingSettings["method"]): KubernetesObject {
  const unlabelled = method === "annotation" ? object : withoutText(object, "labels", defaultInstanceLabel);
  if (method === "label") return unlabelled;
  return withoutText(withoutText(unlabelled, "annotations", trackingAnnotation), "annotations", installationAnnotation);
}

function readTextOrNone(object: KubernetesObject, section: "labels" | "annotations", key: string): string {
  try {
    return readTexts(object, section) === undefined ? "" : readText(object, section, key);
  } catch {
    return "";
  }
}
