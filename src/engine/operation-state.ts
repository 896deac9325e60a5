import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../core/manifest/value.js";
import type { HookIntent, OperationPhase, ResourceResult, SyncOperation, SyncProgress } from "../core/sync/operation.js";
import type { Application } from "./application.js";
import { withoutSince, withSince } from "./waiting-since.js";

/** Kept beside the status, for a CRD that knows only Argo CD's fields would drop it there. */
export const hookIntentsAnnotation = "fleetwright.dev/hook-intents";

const ended = new Set(["Succeeded", "Failed", "Error"]);

export function isEnded(phase: string): boolean {
  return ended.has(phase);
}

/** The operation under way as the Application's status tells it; undefined when none is. */
export function runningOperation(app: Application): ValueObject | undefined {
  const state = app.status["operationState"];
  if (!isObject(state)) return undefined;
  const phase = stringAt(state, "phase");
  return phase === "Running" || phase === "Terminating" ? state : undefined;
}

/** What `operation` asks the planner for. */
export function syncOperationOf(operation: ValueObject): SyncOperation {
  const sync = objectAt(operation, "sync");
  const strategy = objectAt(sync, "syncStrategy");
  return {
    prune: sync["prune"] === true,
    dryRun: sync["dryRun"] === true,
    force: objectAt(strategy, "apply")["force"] === true || objectAt(strategy, "hook")["force"] === true,
    skipHooks: isObject(strategy["apply"]),
    syncOptions: listAt(sync, "syncOptions").map(String),
    resources: listAt(sync, "resources")
      .filter(isObject)
      .map((resource) => ({
        group: stringAt(resource, "group"),
        kind: stringAt(resource, "kind"),
        name: stringAt(resource, "name"),
        namespace: stringAt(resource, "namespace"),
      })),
  };
}

/** The progress that an operation's state holds. */
export function progressOf(state: ValueObject, annotations: Readonly<Record<string, string>> | undefined): SyncProgress {
  const results = listAt(objectAt(state, "syncResult"), "resources").filter(isObject);
  const intents = readIntents(annotations?.[hookIntentsAnnotation]);
  return {
    phase: stringAt(state, "phase") as OperationPhase,
    message: withoutSince(stringAt(state, "message")),
    resources: results.map((result): ResourceResult => {
      const images = listAt(result, "images").map(String);
      return {
        group: stringAt(result, "group"),
        version: stringAt(result, "version"),
        kind: stringAt(result, "kind"),
        namespace: stringAt(result, "namespace"),
        name: stringAt(result, "name"),
        syncPhase: (stringAt(result, "syncPhase") || "Sync") as ResourceResult["syncPhase"],
        status: stringAt(result, "status") as ResourceResult["status"],
        hookPhase: stringAt(result, "hookPhase") as ResourceResult["hookPhase"],
        message: stringAt(result, "message"),
        ...(result["hookType"] ? { hookType: stringAt(result, "hookType") as NonNullable<ResourceResult["hookType"]> } : {}),
        ...(images.length > 0 ? { images } : {}),
      };
    }),
    ...(intents.length > 0 ? { intents } : {}),
  };
}

/** An operation's state after a step at `now`; empty fields are left out, as Go writes them. */
export function stateWith(state: ValueObject, progress: SyncProgress, now: string): ValueObject {
  const resources = progress.resources.map((result) => {
    const fields = Object.entries(result).filter(
      ([key, value]) => value !== "" || key === "group" || key === "namespace" || key === "version",
    );
    return Object.fromEntries(fields) as ValueObject;
  });
  const syncResult = objectAt(state, "syncResult");
  return {
    ...state,
    phase: progress.phase,
    message: withSince(progress.message, stringAt(state, "message"), now),
    syncResult: { ...syncResult, ...(resources.length > 0 ? { resources } : {}) },
  };
}

export function writeIntents(intents: readonly HookIntent[] | undefined): string | null {
  return intents === undefined || intents.length === 0 ? null : JSON.stringify(intents);
}

function readIntents(text: string | undefined): readonly HookIntent[] {
  if (!text) return [];
  try {
    const value = JSON.parse(text) as Value;
    if (!Array.isArray(value)) return [];
    return (value as readonly Value[])
      .filter(isObject)
      .map((intent) => ({ key: stringAt(intent, "key"), replaces: stringAt(intent, "replaces") }));
  } catch {
    return [];
  }
}
