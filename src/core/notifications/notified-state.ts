import { isObject } from "../manifest/value.js";
import { emitJson, parseJson } from "../yaml/json.js";
import type { ConditionResult } from "./evaluate-triggers.js";
import type { NotificationDestination } from "./subscriptions.js";

/** What was told, as Argo CD keeps it: key → seconds since the epoch. */
export const notifiedAnnotation = "notified.notifications.argoproj.io";
/** What is being told: a process that dies in between leaves its mark here. */
export const notifyingAnnotation = "fleetwright.dev/notifying";

export type NotifiedState = ReadonlyMap<string, number>;

const mostItems = 100;

/** Argo CD: `oncePer:trigger:[n].hash:service:recipient`. */
export function stateKey(
  trigger: string,
  { key, oncePer }: ConditionResult,
  { service, recipient }: NotificationDestination,
): string {
  const own = `${trigger}:${key}:${service}:${recipient}`;
  return oncePer === "" ? own : `${oncePer}:${own}`;
}

export function readState(text: string | undefined): NotifiedState {
  try {
    const value = parseJson(text || "{}");
    return new Map(isObject(value) ? Object.entries(value).map(([key, at]) => [key, Number(at)]) : []);
  } catch {
    // Edited into something else: as if nothing had been told.
    return new Map();
  }
}

/** Null where there is nothing to keep; of many the youngest stay. */
export function writeState(state: NotifiedState): string | null {
  if (state.size === 0) return null;
  const kept = [...state].sort(([, a], [, b]) => b - a).slice(0, mostItems);
  return emitJson(Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))));
}
