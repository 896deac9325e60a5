import { InputError } from "../errors.js";
import type { Assessment } from "../health/assess.js";
import { type Health, type HealthStatus, health, isWorse } from "../health/health.js";
import { type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { isHook, isSkipped } from "./hooks.js";

/** One resource of a comparison: what git wants and what the cluster has. */
export interface ComparedResource {
  readonly target: KubernetesObject | undefined;
  readonly live: KubernetesObject | undefined;
}

export interface ApplicationHealth {
  readonly status: HealthStatus;
  /** In the order of the resources; undefined where a resource has no health or does not count. */
  readonly resources: readonly (Health | undefined)[];
  readonly error?: InputError;
}

/**
 * The health of an Application: the worst of its live resources. Hooks, resources annotated to be ignored and the Application
 * itself do not count; what is missing does not worsen it unless nothing is there at all (Argo CD).
 */
export function applicationHealth(
  resources: readonly ComparedResource[],
  app: KubernetesObject,
  assess: (object: KubernetesObject) => Assessment,
): ApplicationHealth {
  const counted = resources.map((resource) => isCounted(resource));
  const errors: InputError[] = [];
  const found = resources.map(({ live }, index) => {
    if (!counted[index] || live?.metadata.annotations?.["argocd.argoproj.io/ignore-healthcheck"] === "true") return undefined;
    if (!live) return health("Missing");
    if (isSameApplication(app, live)) return undefined;
    const assessment = assess(live);
    if (assessment.error) errors.push(describe(live, assessment.error));
    return assessment.health;
  });
  let status: HealthStatus = "Healthy";
  for (const [index, { live }] of resources.entries()) {
    const one = found[index];
    if (!one || !live || isUnsettledChild(live, one)) continue;
    if (isWorse(status, one.status)) status = one.status;
  }
  const isAllMissing = counted.includes(true) && !resources.some(({ live }, index) => counted[index] && live);
  if (isAllMissing && isWorse(status, "Missing")) status = "Missing";
  const [error] = errors;
  return { status, resources: found, ...(error ? { error } : {}) };
}

function isCounted({ target, live }: ComparedResource): boolean {
  return !(target && isSkipped(target)) && !(live && isHook(live));
}

/** An Application that manages itself does not judge itself. */
export function isSameApplication(app: KubernetesObject, object: KubernetesObject): boolean {
  const { uid = "", name, namespace = "" } = object.metadata;
  const own = app.metadata;
  return isApplication(object) && uid === (own.uid ?? "") && name === own.name && namespace === (own.namespace ?? "");
}

function isUnsettledChild(live: KubernetesObject, { status }: Health): boolean {
  return isApplication(live) && (status === "Missing" || status === "Unknown");
}

function isApplication(object: KubernetesObject): boolean {
  return object.kind === "Application" && splitApiVersion(object.apiVersion).group === "argoproj.io";
}

function describe(live: KubernetesObject, error: Error): InputError {
  const { name, namespace = "" } = live.metadata;
  const where = `${JSON.stringify(live.kind)} with name ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)}`;
  return new InputError(`failed to get resource health for ${where}: ${error.message}`, { code: "HEALTH_FAILED", cause: error });
}
