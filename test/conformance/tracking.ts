import type { KubernetesObject } from "#src/core/manifest/object.js";
import { objectAt, type ValueObject } from "#src/core/manifest/value.js";
import {
  cascadeFinalizerOf,
  instanceName,
  isAutomated,
  isDeletionConfirmed,
  qualifiedName,
  requestedHydration,
  requestedRefresh,
} from "#src/core/tracking/application-flags.js";
import { type Destination, type KnownCluster, resolveDestination } from "#src/core/tracking/destination.js";
import { truncateLabel } from "#src/core/tracking/instance-label.js";
import { normalizeTracking } from "#src/core/tracking/normalize.js";
import { retryDelayMs } from "#src/core/tracking/retry.js";
import { removeTracking, setTracking, trackedApp, trackedId, trackingSettings } from "#src/core/tracking/track.js";
import { parseTrackingId } from "#src/core/tracking/tracking-id.js";
import type { Area } from "./areas.js";
import { difference, outcomeOf } from "./compare.js";
import { readCases } from "./jsonl.js";

interface Input {
  readonly op: string;
  readonly resource: KubernetesObject;
  readonly app: KubernetesObject & string;
  readonly destinationNamespace: string;
  readonly method: string;
  readonly installationID?: string;
  readonly labelKey?: string;
  readonly value: string;
  readonly target: KubernetesObject;
  readonly live: KubernetesObject;
  readonly name: string;
  readonly namespace: string;
  readonly controllerNamespace: string;
  readonly clusters: readonly KnownCluster[];
  readonly destination: Destination;
  readonly since: string;
  readonly retry: ValueObject;
}

interface Case {
  readonly id: string;
  readonly input: Input;
  readonly expected: unknown;
}

export const tracking: Area = async (folder, options) => {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const found of readCases<Case>(folder, options)) {
    const why = difference(
      outcomeOf(() => answer(found.input)),
      found.expected,
    );
    if (why === undefined) passed++;
    else failures.push({ id: found.id, why });
  }
  return { passed, failures, skipped: new Map() };
};

function answer(input: Input): unknown {
  const settings = trackingSettings({ method: input.method, installationId: input.installationID, labelKey: input.labelKey });
  switch (input.op) {
    case "set": {
      const resource = setTracking(
        input.resource,
        { app: input.app, destinationNamespace: input.destinationNamespace },
        settings,
      );
      return { resource, readBack: trackedApp(resource, settings) };
    }
    case "get":
      // Argo CD: the unnamed method reads the owner's name but not the whole id.
      return {
        app: trackedApp(input.resource, settings),
        instance: input.method === "" ? undefined : trackedId(input.resource, settings),
      };
    case "remove":
      return { resource: removeTracking(input.resource, settings.method) };
    case "parse":
      return { instance: parseTrackingId(input.value) };
    case "normalize":
      return {
        target: input.target,
        live: normalizeTracking(input.target, input.live, { method: input.method, labelKey: settings.labelKey }),
      };
    case "truncate":
      return { value: truncateLabel(input.value) };
    case "instanceName":
      return { instanceName: instanceName(input, input.controllerNamespace), qualifiedName: qualifiedName(input) };
    case "destination": {
      const { name, server } = resolveDestination(input.destination, input.clusters);
      return { name, server };
    }
    case "refresh": {
      const refresh = requestedRefresh(input.app);
      const hydrate = requestedHydration(input.app);
      return {
        requested: refresh !== undefined,
        type: refresh ?? "normal",
        hydrateRequested: hydrate !== undefined,
        hydrateType: hydrate ?? "",
      };
    }
    case "deletionConfirmed":
      return { confirmed: isDeletionConfirmed(input.app, Date.parse(input.since)) };
    case "retry":
      return { delaysSeconds: [0, 1, 2, 3, 4, 5, 6, 7].map((count) => retryDelayMs(input.retry, count) / 1000) };
    case "appFlags": {
      const finalizer = cascadeFinalizerOf(input.app);
      const spec = objectAt(input.app as unknown as ValueObject, "spec");
      return { automated: isAutomated(spec), cascadedDeletion: finalizer !== "", propagationPolicyFinalizer: finalizer };
    }
    default:
      throw new Error(`unknown op ${input.op}`);
  }
}
