import { isObject, stringAt, type ValueObject } from "../core/manifest/value.js";

/** Types of `status.conditions` of an Application that the controller sets. */
export type ConditionType =
  | "InvalidSpecError"
  | "ComparisonError"
  | "SyncError"
  | "UnknownError"
  | "DeletionError"
  /** What the deletion waits for, and since when. */
  | "DeletionWaiting"
  | "SharedResourceWarning"
  | "RepeatedResourceWarning"
  | "ExcludedResourceWarning"
  | "RenderWarning"
  | "OrphanedResourceWarning"
  | "RolloutHeld";

export interface Condition {
  readonly type: ConditionType;
  readonly message: string;
}

/**
 * The conditions after an evaluation that looked for `evaluated`: found ones of these types replace the old ones, others stay.
 * One that was there before keeps its time (Argo CD: ApplicationStatus.SetConditions).
 */
export function nextConditions(
  before: readonly unknown[],
  found: readonly Condition[],
  options: { readonly evaluated: ReadonlySet<ConditionType>; readonly now: string },
): readonly ValueObject[] {
  const old = before.filter(isObject);
  const kept = old.filter((condition) => !options.evaluated.has(stringAt(condition, "type") as ConditionType));
  const set = found.map(({ type, message }) => {
    const same = old.find((condition) => condition["type"] === type && condition["message"] === message);
    return same ?? { type, message, lastTransitionTime: options.now };
  });
  return [...kept, ...set].sort(
    (a, b) => compare(stringAt(a, "type"), stringAt(b, "type")) || compare(stringAt(a, "message"), stringAt(b, "message")),
  );
}

/** Types that mean the Application cannot be compared or synced. */
export function isError(type: string): boolean {
  return type.endsWith("Error");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
