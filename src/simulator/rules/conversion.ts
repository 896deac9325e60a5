import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import type { Cluster } from "../cluster.js";
import { type Draft, draftOf, finished, part, parts } from "../draft.js";

/** The object as `type`'s version shows it. Custom resources have strategy None: only apiVersion changes. */
export function convertObject(object: KubernetesObject, type: ResourceType): KubernetesObject {
  if (object.apiVersion === type.apiVersion) return object;
  const convert = type.custom ? undefined : conversions[`${object.apiVersion} ${type.apiVersion}`];
  const converted = convert ? convert(object as unknown as Draft) : object;
  return { ...converted, apiVersion: type.apiVersion, kind: type.kind } as KubernetesObject;
}

/** A built-in object in the version in which it is kept, with the type of that version. */
export function storageForm(
  cluster: Cluster,
  type: ResourceType,
  draft: Draft,
): { readonly type: ResourceType; readonly draft: Draft } {
  const kept = type.custom ? type : (cluster.registry.ofStorage(type.storage) ?? type);
  if (kept.apiVersion === type.apiVersion) return { type, draft };
  return { type: kept, draft: draftOf(convertObject(finished(draft), kept)) };
}

const conversions: { readonly [fromTo: string]: (object: Draft) => Draft } = {
  "autoscaling/v1 autoscaling/v2": (scaler) => {
    const { targetCPUUtilizationPercentage: percentage, ...spec } = part(scaler, "spec") ?? {};
    if (percentage === undefined) return scaler;
    const target = { type: "Utilization", averageUtilization: percentage };
    return {
      ...scaler,
      spec: { ...spec, metrics: [...parts(spec, "metrics"), { type: "Resource", resource: { name: "cpu", target } }] },
    };
  },
  "autoscaling/v2 autoscaling/v1": (scaler) => {
    const { metrics, behavior: _behavior, ...spec } = part(scaler, "spec") ?? {};
    const cpu = parts({ metrics }, "metrics").find((metric) => part(metric, "resource")?.["name"] === "cpu");
    const percentage = part(part(cpu, "resource"), "target")?.["averageUtilization"];
    const { currentReplicas = 0, desiredReplicas = 0, lastScaleTime } = part(scaler, "status") ?? {};
    return {
      ...scaler,
      spec: percentage === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: percentage },
      status: { currentReplicas, desiredReplicas, ...(lastScaleTime === undefined ? {} : { lastScaleTime }) },
    };
  },
  "v1 events.k8s.io/v1": (event) => {
    const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, ...rest } = event;
    return {
      ...rest,
      regarding: involvedObject,
      ...(message === undefined ? {} : { note: message }),
      reportingController: reportingComponent,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      ...(count === undefined ? {} : { deprecatedCount: count }),
    };
  },
  "events.k8s.io/v1 v1": (event) => {
    const {
      regarding,
      note,
      deprecatedSource,
      deprecatedFirstTimestamp,
      deprecatedLastTimestamp,
      deprecatedCount,
      reportingController,
      ...rest
    } = event;
    return {
      ...rest,
      involvedObject: regarding ?? {},
      ...(note === undefined ? {} : { message: note }),
      source: deprecatedSource ?? {},
      firstTimestamp: deprecatedFirstTimestamp ?? null,
      lastTimestamp: deprecatedLastTimestamp ?? null,
      ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
      reportingComponent: reportingController ?? "",
    };
  },
};
