import { InputError } from "../errors.js";
import { objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import type { ActionContext, ImpactedResource, ResourceAction } from "./action.js";

const restartedAt = "kubectl.kubernetes.io/restartedAt";
const always = () => true;

/** As `kubectl rollout restart`: a new annotation on the pod template. */
const restart: ResourceAction = {
  name: "restart",
  isEnabled: (object) => objectAt(object, "spec").paused !== true,
  run: (object, { nowMs }) => patch(setIn(object, ["spec", "template", "metadata", "annotations", restartedAt], goTime(nowMs))),
};

const scale: ResourceAction = {
  name: "scale",
  params: [{ name: "replicas" }],
  isEnabled: always,
  run: (object, context) => patch(setIn(object, ["spec", "replicas"], replicasOf(context))),
};

const pause: ResourceAction = {
  name: "pause",
  isEnabled: (object) => objectAt(object, "spec").paused !== true,
  run: (object) => patch(setIn(object, ["spec", "paused"], true)),
};

const resume: ResourceAction = {
  name: "resume",
  isEnabled: (object) => objectAt(object, "spec").paused === true,
  run: (object) => patch(setIn(object, ["spec", "paused"], undefined)),
};

const suspend: ResourceAction = {
  name: "suspend",
  isEnabled: (object) => objectAt(object, "spec").suspend !== true,
  run: (object) => patch(setIn(object, ["spec", "suspend"], true)),
};

const unsuspend: ResourceAction = {
  name: "resume",
  isEnabled: (object) => objectAt(object, "spec").suspend === true,
  run: (object) => patch(setIn(object, ["spec", "suspend"], false)),
};

/** A Job from a CronJob's template, owned by it, as `kubectl create job --from`. */
const createJob: ResourceAction = {
  name: "create-job",
  displayName: "Create Job",
  iconClass: "fa fa-fw fa-play",
  isEnabled: always,
  run: (object, { nowMs }) => {
    const template = objectAt(objectAt(object, "spec"), "jobTemplate");
    const metadata = objectAt(object, "metadata");
    const stamp = goTime(nowMs)
      .replace(/[^0-9]/g, "")
      .slice(0, 14);
    const owner = {
      apiVersion: stringAt(object, "apiVersion"),
      kind: stringAt(object, "kind"),
      name: stringAt(metadata, "name"),
      uid: stringAt(metadata, "uid"),
      controller: true,
      blockOwnerDeletion: true,
    };
    const annotations = {
      ...objectAt(objectAt(template, "metadata"), "annotations"),
      "cronjob.kubernetes.io/instantiate": "manual",
    };
    const resource = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: `${stringAt(metadata, "name").slice(0, 45)}-${stamp}`,
        namespace: stringAt(metadata, "namespace"),
        labels: objectAt(objectAt(template, "metadata"), "labels"),
        annotations,
        ownerReferences: [owner],
      },
      spec: objectAt(template, "spec"),
    };
    return [{ operation: "create", resource }];
  },
};

/** Argo Rollouts: the pods are replaced by the controller after this time. */
const restartRollout: ResourceAction = {
  name: "restart",
  isEnabled: (object) =>
    stringAt(objectAt(object, "spec"), "restartAt") === "" || objectAt(object, "status").restartedAt !== undefined,
  run: (object, { nowMs }) => patch(setIn(object, ["spec", "restartAt"], goTime(nowMs))),
};

const abortRollout: ResourceAction = {
  name: "abort",
  isEnabled: (object) => objectAt(object, "status").abort !== true && stringAt(objectAt(object, "status"), "phase") !== "Healthy",
  run: (object) => patch(setIn(object, ["status", "abort"], true)),
};

const promoteRollout: ResourceAction = {
  name: "promote-full",
  isEnabled: (object) =>
    objectAt(object, "status").promoteFull !== true && stringAt(objectAt(object, "status"), "phase") !== "Healthy",
  run: (object) => patch(setIn(object, ["status", "promoteFull"], true)),
};

/** Argo CD: `refresh` of an ExternalSecret is an annotation that changes. */
const refreshSecret: ResourceAction = {
  name: "refresh",
  isEnabled: always,
  run: (object, { nowMs }) => patch(setIn(object, ["metadata", "annotations", "force-sync"], goTime(nowMs))),
};

/** The actions that kinds have without any configuration, by `group/Kind`. */
export const builtinActions: ReadonlyMap<string, readonly ResourceAction[]> = new Map([
  ["apps/Deployment", [restart, scale, pause, resume]],
  ["apps/StatefulSet", [restart, scale]],
  ["apps/DaemonSet", [restart]],
  ["batch/CronJob", [createJob, suspend, unsuspend]],
  ["batch/Job", [suspend, unsuspend]],
  ["argoproj.io/Rollout", [restartRollout, abortRollout, promoteRollout, pause, resume, scale]],
  ["external-secrets.io/ExternalSecret", [refreshSecret]],
]);

function patch(resource: ValueObject): readonly ImpactedResource[] {
  return [{ operation: "patch", resource }];
}

/** A copy with the value at `path`; undefined removes it. */
function setIn(object: ValueObject, path: readonly string[], value: Value | undefined): ValueObject {
  const [key = "", ...rest] = path;
  if (rest.length > 0) return { ...object, [key]: setIn(objectAt(object, key), rest, value) };
  const { [key]: _before, ...others } = object;
  return value === undefined ? others : { ...others, [key]: value };
}

function replicasOf({ params }: ActionContext): number {
  const text = params.replicas ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InputError(`invalid number: ${text || "no replicas given"}`, {
    code: "ACTION_BAD_PARAMETER",
    hint: "replicas is a whole number",
  });
}

function goTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}
