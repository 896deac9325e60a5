import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import { containerImages } from "../../core/sync/session.js";
import { parseRfc3339Ms } from "../../core/tracking/application-flags.js";
import { type Application, kubernetesTime } from "../application.js";
import { type Condition, type ConditionType, nextConditions } from "../conditions.js";
import type { ComparedResource, HealthVerdict } from "../decide.js";
import { sameValue } from "../merge-patch.js";

export interface ReportInput {
  readonly app: Application;
  readonly nowMs: number;
  readonly controllerNamespace: string;
  /** What the comparison came to; undefined where there was none: then nothing is known of the sync. */
  readonly comparison:
    | {
        readonly status: "Synced" | "OutOfSync" | "Unknown";
        readonly resources: readonly ComparedResource[];
        readonly revisions: readonly string[];
        readonly sourceType: string;
      }
    | undefined;
  readonly health: HealthVerdict;
  readonly found: readonly Condition[];
  readonly evaluated: ReadonlySet<ConditionType>;
  /** Undefined: as it is. */
  readonly operationState?: ValueObject;
  readonly history?: readonly Value[];
  /** A refresh was asked for: its time is to be seen even where nothing else changed. */
  readonly touched: boolean;
  /** How old the time of the last comparison may become in the status while nothing else changes. */
  readonly heartbeatMs: number;
}

/**
 * What was found → the Application's next status, in Argo CD's shape; the very same object where nothing changed but time. Unknown fields
 * of the status stay.
 */
export function reportStatus(input: ReportInput): ValueObject {
  const { app, comparison } = input;
  const now = kubernetesTime(input.nowMs);
  const before = app.status;
  const conditions = nextConditions(listAt(before, "conditions"), input.found, { evaluated: input.evaluated, now });
  const resources = comparison?.resources.filter((resource) => !resource.isHook || resource.live !== null).map(resourceStatus);
  const source = app.hasMultipleSources ? { sources: app.sources } : { source: app.sources[0] ?? {} };
  const ignored = listAt(app.spec, "ignoreDifferences");
  const comparedTo = {
    ...source,
    destination: objectAt(app.spec, "destination"),
    ...(ignored.length > 0 ? { ignoreDifferences: ignored } : {}),
  };
  const revisions =
    comparison === undefined
      ? {}
      : app.hasMultipleSources
        ? { revisions: comparison.revisions }
        : { revision: comparison.revisions[0] ?? "" };
  const oldSync = objectAt(before, "sync");
  const next = defined({
    ...before,
    sync:
      comparison === undefined
        ? { ...oldSync, status: "Unknown", comparedTo }
        : { status: comparison.status, comparedTo, ...revisions },
    health: nextHealth(objectAt(before, "health"), input.health, now),
    resources: resources ?? before["resources"],
    summary: comparison === undefined ? before["summary"] : summaryOf(comparison.resources),
    sourceType: comparison === undefined || app.hasMultipleSources ? before["sourceType"] : comparison.sourceType || undefined,
    controllerNamespace: input.controllerNamespace,
    conditions: conditions.length > 0 ? conditions : undefined,
    operationState: input.operationState ?? before["operationState"],
    history: input.history ?? before["history"],
  });
  const isDue = comparison !== undefined && isOlder(stringAt(before, "reconciledAt"), input);
  if (!input.touched && !isDue && sameValue(before, next)) return before;
  // The age of a verdict is that of the last comparison: what could not be compared does not make it younger.
  return comparison === undefined && before["reconciledAt"] !== undefined ? next : { ...next, reconciledAt: now };
}

function isOlder(time: string, { nowMs, heartbeatMs }: ReportInput): boolean {
  return nowMs - (parseRfc3339Ms(time) ?? 0) >= heartbeatMs;
}

/** The history with one more entry, the oldest gone where there are more than the Application keeps (Argo CD: 10). */
export function nextHistory(app: Application, entry: ValueObject): readonly Value[] {
  const limit = app.spec["revisionHistoryLimit"];
  const keep = typeof limit === "number" ? limit : 10;
  const old = listAt(app.status, "history");
  const last = old[old.length - 1];
  const id = isObject(last) && typeof last["id"] === "number" ? last["id"] + 1 : 0;
  const all = [...old, { ...entry, id }];
  return keep <= 0 ? [] : all.slice(-keep);
}

function resourceStatus(resource: ComparedResource): ValueObject {
  const { group, version, kind, namespace, name, health } = resource;
  return defined({
    group: group || undefined,
    version: version || undefined,
    kind,
    namespace: namespace || undefined,
    name,
    status: resource.status || undefined,
    health: health && defined({ status: health.status, message: health.message || undefined }),
    hook: resource.isHook || undefined,
    requiresPruning: resource.requiresPruning || undefined,
    syncWave: resource.syncWave || undefined,
  });
}

function nextHealth(before: ValueObject, health: HealthVerdict, now: string): ValueObject {
  const same = stringAt(before, "status") === health.status;
  return defined({
    status: health.status,
    message: health.message || undefined,
    lastTransitionTime: same ? (before["lastTransitionTime"] ?? now) : now,
  });
}

function summaryOf(resources: readonly ComparedResource[]): ValueObject {
  const images = new Set<string>();
  const urls = new Set<string>();
  for (const { live } of resources) {
    if (live === null) continue;
    for (const image of containerImages(live)) images.add(image);
    for (const [name, value] of Object.entries(live.metadata.annotations ?? {}))
      if (name.startsWith("link.argocd.argoproj.io/")) urls.add(value.split("|").at(-1)!);
    if (live.kind === "Ingress") for (const url of ingressUrls(live as unknown as ValueObject)) urls.add(url);
  }
  return {
    ...(images.size > 0 ? { images: [...images].sort() } : {}),
    ...(urls.size > 0 ? { externalURLs: [...urls].sort() } : {}),
  };
}

function ingressUrls(ingress: ValueObject): readonly string[] {
  const spec = objectAt(ingress, "spec");
  const secure = new Set(
    listAt(spec, "tls")
      .filter(isObject)
      .flatMap((tls) => listAt(tls, "hosts").map(String)),
  );
  return listAt(spec, "rules")
    .filter(isObject)
    .flatMap((rule) => {
      const host = stringAt(rule, "host");
      return host === "" ? [] : [`${secure.has(host) ? "https" : "http"}://${host}`];
    });
}

function defined(fields: Readonly<Record<string, unknown>>): ValueObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ValueObject;
}
