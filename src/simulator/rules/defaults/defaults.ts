import type { ResourceType } from "../../api/resource-type.js";
import { defaultCustom } from "../../crd/defaults.js";
import { type Draft, ensure, partAt } from "../../draft.js";
import { defaultsByKind } from "./kinds.js";
import { defaultPod, defaultPodSpec } from "./pod-spec.js";
import { specialDefaults } from "./special.js";
import { applyDefaults } from "./table.js";

/** Where a kind keeps its pod template. */
const templatePaths: { readonly [storage: string]: readonly string[] } = {
  "deployments.apps": ["spec", "template"],
  "replicasets.apps": ["spec", "template"],
  "statefulsets.apps": ["spec", "template"],
  "daemonsets.apps": ["spec", "template"],
  "replicationcontrollers.": ["spec", "template"],
  "jobs.batch": ["spec", "template"],
  "cronjobs.batch": ["spec", "jobTemplate", "spec", "template"],
  "podtemplates.": ["template"],
};

/** Writes the values that the API server gives to fields that are not set. */
export function defaultObject(type: ResourceType, draft: Draft): void {
  if (type.custom) {
    defaultCustom(type, draft);
    return;
  }
  applyDefaults(draft, defaultsByKind[type.storage] ?? []);
  specialDefaults[type.storage]?.(draft);
  const path = templatePaths[type.storage];
  const template = path && partAt(draft, ...path);
  if (template) defaultPodSpec(ensure(template, "spec"));
  if (type.storage === "pods.") {
    defaultPodSpec(ensure(draft, "spec"));
    defaultPod(ensure(draft, "spec"));
  }
}

/** The pod template of a workload, if its kind has one. */
export function podTemplateOf(type: ResourceType, draft: Draft): Draft | undefined {
  const path = templatePaths[type.storage];
  return path && partAt(draft, ...path);
}
