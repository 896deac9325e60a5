import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt } from "../../manifest/value.js";
import { changeAt, type Defaulter, isEmpty, isZero, setAbsent, setZero } from "./set.js";

const maxInt32 = 2 ** 31 - 1;

/** Workloads and autoscaling. */
export const workloadDefaults: readonly (readonly [string, Defaulter])[] = [
  ["apps/v1.Deployment", (object) => changeAt(object, "spec", deploymentSpec)],
  ["apps/v1beta2.Deployment", (object) => changeAt(object, "spec", deploymentSpec)],
  [
    "apps/v1beta1.Deployment",
    (object) =>
      changeAt(withTemplateLabels(object), "spec", (spec) => deploymentSpec(setAbsent(spec, { revisionHistoryLimit: 2 }))),
  ],
  ["extensions/v1beta1.Deployment", (object) => changeAt(withTemplateLabels(object), "spec", extensionsDeploymentSpec)],
  ["apps/v1.DaemonSet", (object) => changeAt(object, "spec", (spec) => daemonSetSpec(spec, "RollingUpdate"))],
  ["apps/v1beta2.DaemonSet", (object) => changeAt(object, "spec", (spec) => daemonSetSpec(spec, "RollingUpdate"))],
  [
    "extensions/v1beta1.DaemonSet",
    (object) => changeAt(withTemplateLabels(object), "spec", (spec) => daemonSetSpec(spec, "OnDelete")),
  ],
  ["apps/v1.StatefulSet", (object) => changeAt(object, "spec", (spec) => statefulSetSpec(spec, "RollingUpdate"))],
  ["apps/v1beta2.StatefulSet", (object) => changeAt(object, "spec", (spec) => statefulSetSpec(spec, "RollingUpdate"))],
  [
    "apps/v1beta1.StatefulSet",
    (object) => changeAt(withTemplateLabels(object), "spec", (spec) => statefulSetSpec(spec, "OnDelete")),
  ],
  ["apps/v1.ReplicaSet", (object) => changeAt(object, "spec", (spec) => setAbsent(spec, { replicas: 1 }))],
  ["apps/v1beta2.ReplicaSet", (object) => changeAt(object, "spec", (spec) => setAbsent(spec, { replicas: 1 }))],
  [
    "extensions/v1beta1.ReplicaSet",
    (object) => changeAt(withTemplateLabels(object), "spec", (spec) => setAbsent(spec, { replicas: 1 })),
  ],
  ["batch/v1.Job", jobDefaults],
  ["batch/v1.CronJob", cronJobDefaults],
  ["batch/v1beta1.CronJob", cronJobDefaults],
  ["batch/v1.PodFailurePolicyOnPodConditionsPattern", (pattern) => setZero(pattern, { status: "True" })],
  ["autoscaling/v1.HorizontalPodAutoscaler", (object) => changeAt(object, "spec", (spec) => setAbsent(spec, { minReplicas: 1 }))],
  ["autoscaling/v2.HorizontalPodAutoscaler", (object) => changeAt(object, "spec", autoscalerSpec)],
];

function deploymentSpec(spec: ValueObject): ValueObject {
  const limited = setAbsent(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  return changeAt(limited, "strategy", (strategy) => {
    const typed = setZero(strategy, { type: "RollingUpdate" });
    if (typed["type"] !== "RollingUpdate") return typed;
    return withRollingUpdate(typed, { maxUnavailable: "25%", maxSurge: "25%" });
  });
}

function extensionsDeploymentSpec(spec: ValueObject): ValueObject {
  const limited = setAbsent(spec, { replicas: 1, revisionHistoryLimit: maxInt32, progressDeadlineSeconds: maxInt32 });
  return changeAt(limited, "strategy", (strategy) => {
    const typed = setZero(strategy, { type: "RollingUpdate" });
    if (typed["type"] !== "RollingUpdate" && !isObject(typed["rollingUpdate"])) return typed;
    return withRollingUpdate(typed, { maxUnavailable: 1, maxSurge: 1 });
  });
}

function daemonSetSpec(spec: ValueObject, strategyType: string): ValueObject {
  const limited = setAbsent(spec, { revisionHistoryLimit: 10 });
  return changeAt(limited, "updateStrategy", (strategy) => {
    const typed = setZero(strategy, { type: strategyType });
    return typed["type"] === "RollingUpdate" ? withRollingUpdate(typed, { maxUnavailable: 1, maxSurge: 0 }) : typed;
  });
}

function withRollingUpdate(strategy: ValueObject, defaults: ValueObject): ValueObject {
  return changeAt(setAbsent(strategy, { rollingUpdate: {} }), "rollingUpdate", (update) => setAbsent(update, defaults));
}

function statefulSetSpec(before: ValueObject, strategyType: string): ValueObject {
  let spec = setZero(before, { podManagementPolicy: "OrderedReady" });
  spec = changeAt(spec, "updateStrategy", (strategy) => {
    let typed = strategy;
    if (isZero(strategy["type"])) {
      typed = { ...strategy, type: strategyType };
      if (strategyType === "RollingUpdate") typed = setAbsent(typed, { rollingUpdate: {} });
    }
    if (typed["type"] !== "RollingUpdate" || !isObject(typed["rollingUpdate"])) return typed;
    return changeAt(typed, "rollingUpdate", (update) => setAbsent(update, { partition: 0 }));
  });
  spec = changeAt(
    setAbsent(spec, { persistentVolumeClaimRetentionPolicy: {} }),
    "persistentVolumeClaimRetentionPolicy",
    (policy) => setZero(policy, { whenDeleted: "Retain", whenScaled: "Retain" }),
  );
  return setAbsent(spec, { replicas: 1, revisionHistoryLimit: 10 });
}

function jobDefaults(job: ValueObject): ValueObject {
  const withSpec = changeAt(job, "spec", jobSpec);
  const labels = objectAt(objectAt(objectAt(job, "spec"), "template"), "metadata")["labels"];
  if (!isObject(labels) || isEmpty(labels)) return withSpec;
  return changeAt(withSpec, "metadata", (metadata) => (isEmpty(metadata["labels"]) ? { ...metadata, labels } : metadata));
}

function jobSpec(before: ValueObject): ValueObject {
  const isAbsent = (value: Value | undefined) => value === undefined || value === null;
  const isSingle = isAbsent(before["completions"]) && isAbsent(before["parallelism"]);
  const spec = isSingle ? { ...before, completions: 1, parallelism: 1 } : before;
  return setAbsent(spec, {
    parallelism: 1,
    backoffLimit: isAbsent(spec["backoffLimitPerIndex"]) ? 6 : maxInt32,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: isAbsent(spec["podFailurePolicy"]) ? "TerminatingOrFailed" : "Failed",
    manualSelector: false,
  });
}

function cronJobDefaults(job: ValueObject): ValueObject {
  return changeAt(job, "spec", (spec) =>
    setAbsent(setZero(spec, { concurrencyPolicy: "Allow" }), {
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    }),
  );
}

function autoscalerSpec(before: ValueObject): ValueObject {
  let spec = setAbsent(before, { minReplicas: 1 });
  if (isEmpty(spec["metrics"])) {
    const target = { type: "Utilization", averageUtilization: 80 };
    spec = { ...spec, metrics: [{ type: "Resource", resource: { name: "cpu", target } }] };
  }
  if (!isObject(spec["behavior"])) return spec;
  const percent = { type: "Percent", value: 100, periodSeconds: 15 };
  return changeAt(spec, "behavior", (behavior) => {
    const up = scalingRules(behavior, "scaleUp", {
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: 4, periodSeconds: 15 }, percent],
    });
    return scalingRules(up, "scaleDown", { selectPolicy: "Max", policies: [percent] });
  });
}

function scalingRules(behavior: ValueObject, key: string, defaults: ValueObject): ValueObject {
  return changeAt(isObject(behavior[key]) ? behavior : { ...behavior, [key]: {} }, key, (rules) => setAbsent(rules, defaults));
}

/** The old groups take selector and labels from the template. */
function withTemplateLabels(object: ValueObject): ValueObject {
  const labels = objectAt(objectAt(objectAt(object, "spec"), "template"), "metadata")["labels"];
  if (!isObject(labels)) return object;
  const selected = changeAt(object, "spec", (spec) => setAbsent(spec, { selector: { matchLabels: labels } }));
  return changeAt(selected, "metadata", (metadata) => (isEmpty(metadata["labels"]) ? { ...metadata, labels } : metadata));
}
