import type { ResourceType } from "../api/resource-type.js";
import { badRequest, invalid } from "../api/status-error.js";
import { type Cluster, entryOf } from "../cluster.js";
import { count, type Draft, draftOf, ensure, isDraft, part, text } from "../draft.js";
import { formatLabelSelector } from "../store/format-selector.js";
import type { Entry } from "../store/store.js";
import type { WriteOptions } from "./options.js";
import { type UpdateTarget, writeUpdate } from "./update.js";

/** `autoscaling/v1` Scale of a workload. */
export function readScale(entry: Entry, type: ResourceType): Draft {
  const object = entry.object as unknown as Draft;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = entry.object.metadata;
  const selector = selectorText(object, type);
  const replicas = numberAt(object, specPath(type)) ?? 0;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, statusPath(type)) ?? 0, ...(selector === "" ? {} : { selector }) },
  };
}

/** Writes `spec.replicas` of a Scale into the workload. */
export function writeScale(cluster: Cluster, target: UpdateTarget, scale: Draft, options: WriteOptions): Entry {
  const { type, namespace, name } = target;
  if (text(scale, "kind") !== "Scale") throw badRequest(`expected a Scale, got "${text(scale, "kind")}"`);
  const current = entryOf(cluster, type, namespace, name);
  const replicas = count(part(scale, "spec"), "replicas", 0);
  if (replicas < 0) {
    throw invalid({ group: "autoscaling", kind: "Scale" }, name, [
      {
        reason: "FieldValueInvalid",
        message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
        field: "spec.replicas",
      },
    ]);
  }
  const draft = draftOf(current.object);
  const metadata = ensure(draft, "metadata");
  const given = text(part(scale, "metadata"), "resourceVersion");
  metadata["resourceVersion"] = given === "" ? current.object.metadata.resourceVersion : given;
  setAt(draft, specPath(type), replicas);
  return writeUpdate(cluster, type, current, draft, options, false);
}

function specPath(type: ResourceType): readonly string[] {
  return pathOf(type.custom?.scale?.specReplicasPath ?? ".spec.replicas");
}

function statusPath(type: ResourceType): readonly string[] {
  return pathOf(type.custom?.scale?.statusReplicasPath ?? ".status.replicas");
}

function selectorText(object: Draft, type: ResourceType): string {
  if (!type.custom) return formatLabelSelector(part(part(object, "spec"), "selector"));
  const path = type.custom.scale?.labelSelectorPath;
  if (path === undefined) return "";
  let found: unknown = object;
  for (const key of pathOf(path)) found = isDraft(found) ? found[key] : undefined;
  return typeof found === "string" ? found : "";
}

function pathOf(text: string): readonly string[] {
  return text.split(".").filter((key) => key !== "");
}

function numberAt(object: Draft, path: readonly string[]): number | undefined {
  let found: unknown = object;
  for (const key of path) found = isDraft(found) ? found[key] : undefined;
  return typeof found === "number" ? found : undefined;
}

function setAt(object: Draft, path: readonly string[], value: number): void {
  let target = object;
  for (const key of path.slice(0, -1)) target = ensure(target, key);
  target[path[path.length - 1]!] = value;
}
