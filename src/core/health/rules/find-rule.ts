import { compileGobwas } from "../../glob/gobwas.js";
import { type HealthCheck, health } from "../health.js";
import { cronJobHealth } from "./cron-job.js";
import { gatewayHealth } from "./gateway.js";
import { operatorRules } from "./operators.js";
import { rolloutHealth } from "./rollout.js";
import { applyRule } from "./rule.js";

const checks: ReadonlyMap<string, HealthCheck> = new Map<string, HealthCheck>([
  ["batch/CronJob", cronJobHealth],
  ["gateway.networking.k8s.io/Gateway", gatewayHealth],
  ...operatorRules.flatMap((rule) =>
    rule.kinds.map((kind): [string, HealthCheck] => {
      const apply = kind === "argoproj.io/Rollout" ? rolloutHealth : applyRule;
      return [kind, (object) => apply(rule, object)];
    }),
  ),
]);

/** Kinds of these families carry configuration and have no status of their own. */
const withoutStatus = /^((Cluster)?ProviderConfig(Usage)?|Composition(Revision)?|DeploymentRuntimeConfig|ControllerConfig)$/;
const families = [...checks]
  .filter(([kind]) => kind.includes("*"))
  .map(([pattern, check]) => ({ matches: compileGobwas(pattern), check }));

/** The check of a well-known operator's kind, by `group/Kind`; a kind of its own goes before its family. */
export function findKindRule(key: string): HealthCheck | undefined {
  const exact = checks.get(key);
  if (exact) return exact;
  const family = families.find(({ matches }) => matches(key))?.check;
  if (!family) return undefined;
  return withoutStatus.test(key.slice(key.lastIndexOf("/") + 1)) ? () => health("Healthy", "Resource is up-to-date.") : family;
}
