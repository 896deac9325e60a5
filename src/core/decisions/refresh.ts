import type { KubernetesObject } from "../manifest/object.js";
import { asValue } from "../manifest/object.js";
import { isObject, objectAt } from "../manifest/value.js";
import { parseRfc3339Ms, type RefreshType, requestedRefresh } from "../tracking/application-flags.js";
import { equalAsGo } from "./equal-as-go.js";
import { sourcesOf } from "./sources.js";

/** How much is looked at again: 0 the live tree only, 1 the last revision, 2 the latest, 3 the latest with its ref resolved anew. */
export type CompareLevel = 0 | 1 | 2 | 3;

export interface RefreshSettings {
  readonly nowMs: number;
  /** Age at which a comparison is repeated; 0 = never by age. */
  readonly softTimeoutMs: number;
  /** Age at which manifests are rendered anew whatever caches say; 0 = never by age. */
  readonly hardTimeoutMs: number;
  /** What the controller itself asked for since the last comparison. */
  readonly requestedLevel?: CompareLevel | undefined;
}

export interface RefreshDecision {
  readonly isNeeded: boolean;
  readonly type: RefreshType;
  readonly level: CompareLevel;
  /** Constant words for logs and status; "" when no refresh is needed. */
  readonly reason: string;
}

/** Whether an Application must be compared again, and how thoroughly (Argo CD). */
export function decideRefresh(app: KubernetesObject, settings: RefreshSettings): RefreshDecision {
  const requested = requestedRefresh(app);
  if (requested) return needed("refresh requested", 3, requested);
  const root = asValue(app);
  const spec = objectAt(root, "spec");
  const status = objectAt(root, "status");
  const compared = objectAt(objectAt(status, "sync"), "comparedTo");
  const sources = sourcesOf(spec);
  const isSameSource =
    sources.kind === "multiple"
      ? equalAsGo("ApplicationSources", sources.sources, compared.sources)
      : equalAsGo("ApplicationSource", sources.source, compared.source);
  if (!isSameSource) return needed("source changed", 3);
  const { isSoft, isHard } = expiry(parseRfc3339Ms(String(status.reconciledAt ?? "")), settings);
  if (isHard) return needed("comparison is too old", 2, "hard");
  if (isSoft) return needed("comparison is too old", 2);
  if (!equalAsGo("ApplicationDestination", spec.destination, compared.destination)) return needed("destination changed", 2);
  const result = objectAt(objectAt(status, "operationState"), "syncResult");
  const namespaceMetadata = objectAt(spec, "syncPolicy").managedNamespaceMetadata;
  const hasResult = isObject(objectAt(status, "operationState").syncResult);
  const isSameMetadata = equalAsGo("*ManagedNamespaceMetadata", namespaceMetadata, result.managedNamespaceMetadata);
  if (isObject(namespaceMetadata) && hasResult && !isSameMetadata) return needed("namespace metadata changed", 2);
  if (!equalAsGo("IgnoreDifferences", spec.ignoreDifferences, compared.ignoreDifferences)) {
    return needed("ignored differences changed", 2);
  }
  if (settings.requestedLevel !== undefined) return needed("controller asked", settings.requestedLevel);
  return { isNeeded: false, type: "normal", level: 2, reason: "" };
}

function needed(reason: string, level: CompareLevel, type: RefreshType = "normal"): RefreshDecision {
  return { isNeeded: true, type, level, reason };
}

/** A first comparison is always due, hard only where hard refreshes are on. */
function expiry(reconciledAtMs: number | undefined, settings: RefreshSettings): { isSoft: boolean; isHard: boolean } {
  const { softTimeoutMs, hardTimeoutMs, nowMs } = settings;
  if (reconciledAtMs === undefined) return { isSoft: true, isHard: hardTimeoutMs > 0 };
  const ageMs = nowMs - reconciledAtMs;
  return { isSoft: softTimeoutMs > 0 && ageMs > softTimeoutMs, isHard: hardTimeoutMs > 0 && ageMs > hardTimeoutMs };
}
