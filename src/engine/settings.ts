import { type KubernetesObject, splitApiVersion } from "../core/manifest/object.js";
import { parseGoDurationMs } from "../core/tracking/go-duration.js";
import { type TrackingSettings, trackedApp, trackingSettings } from "../core/tracking/track.js";
import type { LiveStateSettings } from "./live-state.js";

/** argocd-cm, read once for each of its versions. */
export interface ControllerSettings extends LiveStateSettings {
  readonly tracking: TrackingSettings;
  /** How often an Application is compared though nothing announced itself, and by how much that is spread. */
  readonly reconciliationMs: number;
  readonly reconciliationJitterMs: number;
  /** argocd-cm's data, for the rules that the cores read themselves. */
  readonly data: Readonly<Record<string, string>>;
}

/** Settings of an installation without argocd-cm are Argo CD's defaults. Texts that cannot be read count as absent. */
export function readSettings(configMap: KubernetesObject | undefined): ControllerSettings {
  const data = (configMap?.["data"] ?? {}) as Readonly<Record<string, string>>;
  const tracking = trackingSettings({
    method: data["application.resourceTrackingMethod"],
    installationId: data["installationID"],
    labelKey: data["application.instanceLabelKey"],
  });
  return {
    tracking,
    reconciliationMs: parseGoDurationMs(data["timeout.reconciliation"] ?? "") ?? 120_000,
    reconciliationJitterMs: parseGoDurationMs(data["timeout.reconciliation.jitter"] ?? "") ?? 60_000,
    trackedApp: (object) => trackedApp(object, tracking),
    isExcluded: (group, kind) => excludedByDefault.has(`${group}/${kind}`) || excludedGroups.has(group),
    data,
  };
}

/** Kinds that change all the time or are nobody's to manage (Argo CD's defaults and built-in exclusions). */
const excludedByDefault = new Set([
  "/Event",
  "events.k8s.io/Event",
  "/Endpoints",
  "discovery.k8s.io/EndpointSlice",
  "coordination.k8s.io/Lease",
  "authentication.k8s.io/SelfSubjectReview",
  "authentication.k8s.io/TokenReview",
  "authorization.k8s.io/LocalSubjectAccessReview",
  "authorization.k8s.io/SelfSubjectAccessReview",
  "authorization.k8s.io/SelfSubjectRulesReview",
  "authorization.k8s.io/SubjectAccessReview",
  "certificates.k8s.io/CertificateSigningRequest",
  "cert-manager.io/CertificateRequest",
]);
const excludedGroups = new Set(["metrics.k8s.io"]);

/** `group` of an apiVersion. */
export function groupOf(object: KubernetesObject): string {
  return splitApiVersion(object.apiVersion).group;
}
