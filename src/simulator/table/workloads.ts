import type { KubernetesObject } from "../../core/manifest/object.js";
import { count, type Draft, part, parts, text } from "../draft.js";
import { formatLabelSelector } from "../store/format-selector.js";
import { conditionsOf, specOf, statusOf } from "../workloads/context.js";
import { age, humanDuration } from "./age.js";
import { ageOf, columns, type Printer } from "./column.js";

const wide = ["Containers+", "Images+", "Selector+"];

function templateCells(template: Draft | undefined): readonly string[] {
  const containers = parts(part(template, "spec"), "containers");
  return [containers.map((item) => text(item, "name")).join(","), containers.map((item) => text(item, "image")).join(",")];
}

function wideCells(object: KubernetesObject): readonly string[] {
  const spec = specOf(object);
  return [...templateCells(part(spec, "template")), formatLabelSelector(part(spec, "selector")) || "<none>"];
}

/** kubectl's columns for the kinds that run pods. */
export const workloadPrinters: { readonly [storage: string]: Printer } = {
  "deployments.apps": {
    columns: columns("Name", "Ready", "Up-to-date", "Available", "Age", ...wide),
    cells: (object, nowMs) => [
      object.metadata.name,
      `${count(statusOf(object), "readyReplicas")}/${count(specOf(object), "replicas")}`,
      count(statusOf(object), "updatedReplicas"),
      count(statusOf(object), "availableReplicas"),
      ageOf(object, nowMs),
      ...wideCells(object),
    ],
  },
  "replicasets.apps": {
    columns: columns("Name", "Desired:integer", "Current:integer", "Ready:integer", "Age", ...wide),
    cells: (object, nowMs) => [
      object.metadata.name,
      count(specOf(object), "replicas"),
      count(statusOf(object), "replicas"),
      count(statusOf(object), "readyReplicas"),
      ageOf(object, nowMs),
      ...wideCells(object),
    ],
  },
  "statefulsets.apps": {
    columns: columns("Name", "Ready", "Age", "Containers+", "Images+"),
    cells: (object, nowMs) => [
      object.metadata.name,
      `${count(statusOf(object), "readyReplicas")}/${count(specOf(object), "replicas")}`,
      ageOf(object, nowMs),
      ...templateCells(part(specOf(object), "template")),
    ],
  },
  "daemonsets.apps": {
    columns: columns(
      "Name",
      "Desired:integer",
      "Current:integer",
      "Ready:integer",
      "Up-to-date:integer",
      "Available:integer",
      "Node Selector",
      "Age",
      ...wide,
    ),
    cells: (object, nowMs) => {
      const status = statusOf(object);
      const nodeSelector = Object.entries(part(part(part(specOf(object), "template"), "spec"), "nodeSelector") ?? {});
      return [
        object.metadata.name,
        count(status, "desiredNumberScheduled"),
        count(status, "currentNumberScheduled"),
        count(status, "numberReady"),
        count(status, "updatedNumberScheduled"),
        count(status, "numberAvailable"),
        nodeSelector.map(([key, value]) => `${key}=${String(value)}`).join(",") || "<none>",
        ageOf(object, nowMs),
        ...wideCells(object),
      ];
    },
  },
  "jobs.batch": {
    columns: columns("Name", "Status", "Completions", "Duration", "Age", ...wide),
    cells: (object, nowMs) => [
      object.metadata.name,
      jobStatus(object),
      completions(object),
      jobDuration(object, nowMs),
      ageOf(object, nowMs),
      ...wideCells(object),
    ],
  },
  "cronjobs.batch": {
    columns: columns("Name", "Schedule", "Timezone", "Suspend:boolean", "Active:integer", "Last Schedule", "Age", ...wide),
    cells: (object, nowMs) => {
      const spec = specOf(object);
      const last = text(statusOf(object), "lastScheduleTime");
      const job = part(part(spec, "jobTemplate"), "spec");
      return [
        object.metadata.name,
        text(spec, "schedule"),
        text(spec, "timeZone") || "<none>",
        String(spec["suspend"] === true).replace(/^./, (letter) => letter.toUpperCase()),
        parts(statusOf(object), "active").length,
        last === "" ? "<none>" : age(last, nowMs),
        ageOf(object, nowMs),
        ...templateCells(part(job, "template")),
        formatLabelSelector(part(job, "selector")) || "<none>",
      ];
    },
  },
  "controllerrevisions.apps": {
    columns: columns("Name", "Controller", "Revision", "Age"),
    cells: (object, nowMs) => {
      const owner = object.metadata.ownerReferences?.find((item) => item.controller === true);
      return [
        object.metadata.name,
        owner ? `${owner.kind.toLowerCase()}.apps/${owner.name}` : "<none>",
        object["revision"],
        ageOf(object, nowMs),
      ];
    },
  },
};

function jobStatus(job: KubernetesObject): string {
  const isTrue = (type: string): boolean =>
    conditionsOf(job).some((condition) => condition["type"] === type && condition["status"] === "True");
  if (isTrue("Complete")) return "Complete";
  if (isTrue("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (isTrue("Suspended")) return "Suspended";
  if (isTrue("FailureTarget")) return "FailureTarget";
  return isTrue("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function completions(job: KubernetesObject): string {
  const wanted = specOf(job)["completions"];
  const succeeded = count(statusOf(job), "succeeded");
  return typeof wanted === "number" ? `${succeeded}/${wanted}` : `${succeeded}/1 of ${count(specOf(job), "parallelism", 1)}`;
}

function jobDuration(job: KubernetesObject, nowMs: number): string {
  const start = text(statusOf(job), "startTime");
  if (start === "") return "";
  const end = text(statusOf(job), "completionTime");
  return humanDuration((end === "" ? nowMs : Date.parse(end)) - Date.parse(start));
}
