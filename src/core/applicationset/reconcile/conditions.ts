import type { Value, ValueObject } from "../../manifest/value.js";
import { listAt } from "../../manifest/value.js";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export const upToDateMessage = "All applications have been generated successfully";

/** The status' conditions. */
export function conditionsOf(status: ValueObject): readonly Condition[] {
  return listAt(status, "conditions") as unknown as readonly Condition[];
}

interface Update {
  readonly condition: Condition;
  readonly parametersGenerated: boolean;
  readonly isRollingSync: boolean;
  readonly now: string;
}

/**
 * The conditions after one of them is set: the others that follow from it are set too. An error means that resources are not up to date, and
 * that they are up to date that there is no error; RolloutProgressing goes when the strategy is no RollingSync.
 */
export function setCondition(
  current: readonly Condition[],
  { condition, parametersGenerated, isRollingSync, now }: Update,
): readonly Condition[] {
  const wanted: Condition[] = [condition];
  const evaluated = new Set(["ParametersGenerated", condition.type]);
  if (!isRollingSync) evaluated.add("RolloutProgressing");
  if (condition.type !== "ParametersGenerated") wanted.push(parametersCondition(parametersGenerated, condition.message));
  if (condition.type === "ResourcesUpToDate" && condition.status === "True") {
    evaluated.add("ErrorOccurred");
    wanted.push({ ...condition, type: "ErrorOccurred", status: "False" });
  }
  if (condition.type === "ErrorOccurred" && condition.status === "True") {
    evaluated.add("ResourcesUpToDate");
    wanted.push({ type: "ResourcesUpToDate", status: "False", reason: "ErrorOccurred", message: condition.message });
  }
  const dropped = condition.type === "RolloutProgressing" && !isRollingSync;
  const kept = current.filter(({ type }) => !evaluated.has(type) || (dropped && type === "RolloutProgressing"));
  const added = wanted.filter(({ type }) => !(dropped && type === "RolloutProgressing")).map((one) => merged(one, current, now));
  return [...kept.map((one) => ({ lastTransitionTime: now, ...one })), ...added].sort((a, b) => (a.type < b.type ? -1 : 1));
}

function merged(condition: Condition, current: readonly Condition[], now: string): Condition {
  const before = current.find(({ type }) => type === condition.type);
  return before && isSameCondition(before, condition) ? before : { ...condition, lastTransitionTime: now };
}

export function isSameCondition(a: Condition, b: Condition): boolean {
  return a.type === b.type && a.status === b.status && a.reason === b.reason && a.message === b.message;
}

function parametersCondition(generated: boolean, message: string): Condition {
  return generated
    ? {
        type: "ParametersGenerated",
        status: "True",
        reason: "ParametersGenerated",
        message: "Successfully generated parameters for all Applications",
      }
    : { type: "ParametersGenerated", status: "False", reason: "ErrorOccurred", message };
}

/** The set's health as its conditions tell it. */
export function healthOf(conditions: readonly Condition[]): Value {
  if (conditions.length === 0) return { status: "Unknown", message: "No status conditions found for ApplicationSet" };
  const isTrue = (type: string): Condition | undefined => conditions.find((one) => one.type === type && one.status === "True");
  const error = isTrue("ErrorOccurred");
  if (error) return { status: "Degraded", message: error.message };
  const progressing = isTrue("RolloutProgressing");
  if (progressing) return { status: "Progressing", message: progressing.message };
  const upToDate = isTrue("ResourcesUpToDate");
  if (upToDate) return { status: "Healthy", message: upToDate.message };
  return { status: "Unknown", message: "Waiting for health status to be determined" };
}
