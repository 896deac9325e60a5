import { type ResourceFilter, resourceExclusion } from "../core/decisions/resource-filter.js";
import type { HealthOverride } from "../core/health/assess.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { isObject, stringAt, type ValueObject } from "../core/manifest/value.js";
import { type GlobalProject, readGlobalProjects } from "../core/project/global-projects.js";
import { parseGoDurationMs } from "../core/tracking/go-duration.js";
import { type TrackingSettings, trackedApp, trackingAnnotation, trackingSettings } from "../core/tracking/track.js";
import { parseYaml } from "../core/yaml/parse.js";
import type { LiveStateSettings } from "./live-state.js";
import { type ControllerParameters, type ParameterOverrides, readParameters } from "./parameters.js";

/** argocd-cm and argocd-cmd-params-cm, read once for each of their versions. */
export interface ControllerSettings extends LiveStateSettings {
  readonly tracking: TrackingSettings;
  /** How often an Application is compared though nothing announced itself, and by how much that is spread. */
  readonly reconciliationMs: number;
  readonly reconciliationJitterMs: number;
  readonly healthOverrides: ReadonlyMap<string, HealthOverride>;
  /** `argocd`: the original's way where ours is safer by default (argocd-cm `fleetwright.compat`). */
  readonly compat: "argocd" | "fleetwright";
  /** Whether syncs act as a service account of the destination that the project names. */
  readonly impersonates: boolean;
  readonly globalProjects: readonly GlobalProject[];
  readonly parameters: ControllerParameters;
  readonly mostWebhookBytes: number;
  /** argocd-cm's data, for the rules that the cores read themselves. */
  readonly data: Readonly<Record<string, string>>;
}

export interface SettingsSources {
  readonly argocdCm?: KubernetesObject | undefined;
  readonly cmdParams?: KubernetesObject | undefined;
  readonly overrides?: ParameterOverrides | undefined;
}

/** Settings of an installation without these ConfigMaps are Argo CD's defaults. Texts that cannot be read count as absent. */
export function readSettings({ argocdCm, cmdParams, overrides }: SettingsSources = {}): ControllerSettings {
  const data = dataOf(argocdCm);
  const tracking = trackingSettings({
    method: data["application.resourceTrackingMethod"],
    installationId: data["installationID"],
    labelKey: data["application.instanceLabelKey"],
  });
  return {
    tracking,
    reconciliationMs: parseGoDurationMs(data["timeout.reconciliation"] ?? "") ?? 120_000,
    reconciliationJitterMs: parseGoDurationMs(data["timeout.reconciliation.jitter"] ?? "") ?? 60_000,
    trackedApp: (object) => {
      // Argo CD: what another object owns is that one's part, whatever marks it inherited.
      if ((object.metadata.ownerReferences?.length ?? 0) > 0) return "";
      // Most objects carry no mark at all: they must cost nothing.
      if (tracking.method !== "label" && object.metadata.annotations?.[trackingAnnotation] === undefined) return "";
      return trackedApp(object, tracking);
    },
    isExcluded: resourceExclusion({
      exclusions: filtersOf(data["resource.exclusions"]) ?? shippedExclusions,
      inclusions: filtersOf(data["resource.inclusions"]) ?? [],
    }),
    healthOverrides: healthOverrides(data),
    compat: data["fleetwright.compat"] === "argocd" ? "argocd" : "fleetwright",
    globalProjects: readGlobalProjects(data["globalProjects"]),
    impersonates: data["application.sync.impersonation.enabled"] === "true",
    parameters: readParameters(dataOf(cmdParams), overrides),
    mostWebhookBytes: webhookMegabytes(data["webhook.maxPayloadSizeMB"]) * 1024 * 1024,
    data,
  };
}

/** Argo CD's default where there is none, or no whole number of at least one. */
function webhookMegabytes(text = ""): number {
  return /^[1-9]\d{0,3}$/.test(text.trim()) ? Number(text) : 50;
}

function dataOf(configMap: KubernetesObject | undefined): Readonly<Record<string, string>> {
  return (configMap?.["data"] ?? {}) as Readonly<Record<string, string>>;
}

/** What Argo CD's manifests put into argocd-cm: kinds that change all the time or are nobody's to manage. */
const shippedExclusions: readonly ResourceFilter[] = [
  { apiGroups: ["", "discovery.k8s.io"], kinds: ["Endpoints", "EndpointSlice"] },
  { apiGroups: ["coordination.k8s.io"], kinds: ["Lease"] },
  {
    apiGroups: ["authentication.k8s.io", "authorization.k8s.io"],
    kinds: [
      "SelfSubjectReview",
      "TokenReview",
      "LocalSubjectAccessReview",
      "SelfSubjectAccessReview",
      "SelfSubjectRulesReview",
      "SubjectAccessReview",
    ],
  },
  { apiGroups: ["certificates.k8s.io"], kinds: ["CertificateSigningRequest"] },
  { apiGroups: ["cert-manager.io"], kinds: ["CertificateRequest"] },
  { apiGroups: ["cilium.io"], kinds: ["CiliumIdentity", "CiliumEndpoint", "CiliumEndpointSlice"] },
  {
    apiGroups: ["kyverno.io", "reports.kyverno.io", "wgpolicyk8s.io"],
    kinds: [
      "PolicyReport",
      "ClusterPolicyReport",
      "EphemeralReport",
      "ClusterEphemeralReport",
      "AdmissionReport",
      "ClusterAdmissionReport",
      "BackgroundScanReport",
      "ClusterBackgroundScanReport",
      "UpdateRequest",
    ],
  },
];

/** A list of filters, undefined where there is none or it cannot be read. */
function filtersOf(text: string | undefined): readonly ResourceFilter[] | undefined {
  if (text === undefined) return undefined;
  try {
    const value = parseYaml(text, { dialect: "kubernetes" });
    return Array.isArray(value) ? (value as unknown as readonly ResourceFilter[]) : undefined;
  } catch {
    return undefined;
  }
}

/** `resource.customizations.health.<group>_<Kind>` and the old single text: scripts by `group/Kind`. */
function healthOverrides(data: Readonly<Record<string, string>>): ReadonlyMap<string, HealthOverride> {
  const overrides = new Map<string, HealthOverride>();
  for (const [place, rules] of Object.entries(textOf(data["resource.customizations"])))
    if (isObject(rules) && stringAt(rules, "health.lua") !== "")
      overrides.set(place, { script: stringAt(rules, "health.lua"), useOpenLibs: rules["health.lua.useOpenLibs"] === true });
  const prefix = "resource.customizations.health.";
  for (const [name, script] of Object.entries(data)) {
    if (!name.startsWith(prefix)) continue;
    const place = name.slice(prefix.length);
    const useOpenLibs = data[`resource.customizations.useOpenLibs.${place}`] === "true";
    overrides.set(place.replace("_", "/"), { script, useOpenLibs });
  }
  return overrides;
}

function textOf(text: string | undefined): ValueObject {
  try {
    const value = text ? parseYaml(text, { dialect: "kubernetes" }) : undefined;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
