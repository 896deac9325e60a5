import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { staleAfterMs } from "../stale-verdict.js";

/** What the `app` commands read of an Application, with the empty string for what is not there. */
export interface ApplicationRow {
  readonly name: string;
  readonly namespace: string;
  readonly project: string;
  readonly destination: string;
  readonly destinationNamespace: string;
  readonly repoURL: string;
  readonly path: string;
  readonly targetRevision: string;
  readonly syncPolicy: string;
  readonly sync: string;
  /** When the verdict was made; "" where there is none. */
  readonly comparedAt: string;
  readonly health: string;
  readonly revision: string;
  readonly operation: string;
  readonly operationMessage: string;
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
}

export function applicationRow(application: KubernetesObject): ApplicationRow {
  const value = application as unknown as ValueObject;
  const spec = objectAt(value, "spec");
  const status = objectAt(value, "status");
  const [firstSource] = listAt(spec, "sources");
  const source = isObject(spec["source"]) ? spec["source"] : isObject(firstSource) ? firstSource : {};
  const destination = objectAt(spec, "destination");
  const operation = objectAt(status, "operationState");
  return {
    name: application.metadata.name,
    namespace: application.metadata.namespace ?? "",
    project: stringAt(spec, "project"),
    destination: stringAt(destination, "name") || stringAt(destination, "server"),
    destinationNamespace: stringAt(destination, "namespace"),
    repoURL: stringAt(source, "repoURL"),
    path: stringAt(source, "path") || stringAt(source, "chart"),
    targetRevision: stringAt(source, "targetRevision") || "HEAD",
    syncPolicy: syncPolicyText(objectAt(spec, "syncPolicy")),
    sync: stringAt(objectAt(status, "sync"), "status") || "Unknown",
    comparedAt: stringAt(status, "reconciledAt"),
    health: stringAt(objectAt(status, "health"), "status") || "Unknown",
    revision: stringAt(objectAt(status, "sync"), "revision"),
    operation: stringAt(operation, "phase"),
    operationMessage: stringAt(operation, "message"),
    conditions: listAt(status, "conditions")
      .filter(isObject)
      .map((condition) => ({ type: stringAt(condition, "type"), message: stringAt(condition, "message") })),
  };
}

/** The sync status as it may be told now: a verdict that nobody has confirmed for long is Stale, whatever it was. */
export function syncText(row: ApplicationRow, nowMs = Date.now()): string {
  const ageMs = nowMs - Date.parse(row.comparedAt);
  return row.sync !== "Unknown" && ageMs > staleAfterMs ? "Stale" : row.sync;
}

/** `Auto-Prune-SelfHeal`, `Auto`, … or `Manual`: as Argo CD's list shows it. */
function syncPolicyText(policy: ValueObject): string {
  const automated = policy["automated"];
  if (!isObject(automated) || automated["enabled"] === false) return "Manual";
  return [
    "Auto",
    ...(automated["prune"] === true ? ["Prune"] : []),
    ...(automated["selfHeal"] === true ? ["SelfHeal"] : []),
  ].join("-");
}

/** One resource of `status.resources`. */
export interface ResourceRow {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  readonly message: string;
  readonly hook: boolean;
}

export function resourceRows(application: KubernetesObject): readonly ResourceRow[] {
  return listAt(objectAt(application as unknown as ValueObject, "status"), "resources")
    .filter(isObject)
    .map((resource) => ({
      group: stringAt(resource, "group"),
      version: stringAt(resource, "version"),
      kind: stringAt(resource, "kind"),
      namespace: stringAt(resource, "namespace"),
      name: stringAt(resource, "name"),
      sync: stringAt(resource, "status"),
      health: stringAt(objectAt(resource, "health"), "status"),
      message: stringAt(objectAt(resource, "health"), "message"),
      hook: resource["hook"] === true,
    }));
}
