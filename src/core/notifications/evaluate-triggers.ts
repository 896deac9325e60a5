import { base64Encode, utf8Encode } from "../../platform/bytes.js";
import { sha1 } from "../../platform/crypto.js";
import { FleetwrightError } from "../errors.js";
import type { NotificationConfig, TriggerCondition } from "./config.js";
import { type ExprValue, evaluateExpression } from "./expr/evaluate.js";
import { parseExpression } from "./expr/parser.js";

/** What a condition of a trigger says of an Application now. */
export interface ConditionResult {
  /** Names the condition in the state: its place in the trigger and its text. */
  readonly key: string;
  readonly isTriggered: boolean;
  readonly oncePer: string;
  readonly templates: readonly string[];
}

/** Evaluates a trigger; undefined where there is none of that name. A condition that fails does not hold. */
export function evaluateTrigger(
  config: NotificationConfig,
  name: string,
  variables: Readonly<Record<string, ExprValue>>,
): readonly ConditionResult[] | undefined {
  const conditions = config.triggers.get(name) ?? outOfSyncFor(name);
  return conditions?.map(({ when, condition, send, oncePer }, index) => {
    const isTriggered = attempt(() => evaluateExpression(condition, variables)) === true;
    const once = isTriggered && oncePer ? attempt(() => evaluateExpression(oncePer, variables)) : undefined;
    return {
      key: `[${index}].${base64Encode(sha1(utf8Encode(when)))
        .replaceAll("+", "-")
        .replaceAll("/", "_")}`,
      isTriggered,
      oncePer: once === undefined || once === null ? "" : String(once),
      templates: send,
    };
  });
}

/** Whether what the trigger says may change by time alone. */
export function dependsOnTime(config: NotificationConfig, name: string): boolean {
  const conditions = config.triggers.get(name) ?? outOfSyncFor(name);
  return conditions?.some(({ when }) => /\b(time|drift)\s*\./.test(when)) ?? false;
}

/** The template that the built-in trigger sends where the ConfigMap has none of its name. */
export const outOfSyncTemplate = "app-out-of-sync-for";

const minutesPerUnit: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

/** `on-out-of-sync-for-15m`, `…-2h`, `…-1d`, and `on-out-of-sync-for` for 15 minutes: once for each time of drift. */
function outOfSyncFor(name: string): readonly TriggerCondition[] | undefined {
  const match = /^on-out-of-sync-for(?:-(\d+)([mhd]))?$/.exec(name);
  if (!match) return undefined;
  const minutes = match[1] === undefined ? 15 : Number(match[1]) * minutesPerUnit[match[2]!]!;
  const when = `app.status.sync.status == 'OutOfSync' and drift.minutes >= ${minutes}`;
  return [{ when, condition: parseExpression(when), send: [outOfSyncTemplate], oncePer: parseExpression("drift.onset") }];
}

function attempt(action: () => ExprValue): ExprValue {
  try {
    return action();
  } catch (error) {
    if (error instanceof FleetwrightError) return undefined;
    throw error;
  }
}
