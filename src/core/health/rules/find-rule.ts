import type { HealthCheck } from "../health.js";
import { cronJobHealth } from "./cron-job.js";
import { operatorRules } from "./operators.js";
import { applyRule } from "./rule.js";

const checks: ReadonlyMap<string, HealthCheck> = new Map<string, HealthCheck>([
  ["batch/CronJob", cronJobHealth],
  ...operatorRules.flatMap((rule) =>
    rule.kinds.map((kind): [string, HealthCheck] => [kind, (object) => applyRule(rule, object)]),
  ),
]);

/** The check of a well-known operator's kind, by `group/Kind`. */
export function findKindRule(key: string): HealthCheck | undefined {
  return checks.get(key);
}
