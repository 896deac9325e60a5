import { equalValues } from "../../core/manifest/value.js";
import type { FieldCause } from "../api/status-error.js";
import { type Draft, part, partAt, text } from "../draft.js";
import { forbiddenField, invalidField } from "./causes.js";

type Rule = (draft: Draft, old: Draft) => readonly FieldCause[];

const immutable = "field is immutable";

/** What may not change once an object exists. */
export const immutabilityRules: { readonly [storage: string]: Rule } = {
  "deployments.apps": selectorRule,
  "replicasets.apps": selectorRule,
  "daemonsets.apps": selectorRule,
  "statefulsets.apps": statefulSetRule,
  "jobs.batch": jobRule,
  "configmaps.": dataRule(["data", "binaryData"]),
  "secrets.": (draft, old) => [
    ...(draft["type"] === old["type"] ? [] : [invalidField("type", draft["type"], immutable)]),
    ...dataRule(["data"])(draft, old),
  ],
  "services.": serviceRule,
  "persistentvolumeclaims.": claimRule,
  "pods.": podRule,
  "rolebindings.rbac.authorization.k8s.io": roleRule,
  "clusterrolebindings.rbac.authorization.k8s.io": roleRule,
  "storageclasses.storage.k8s.io": (draft, old) =>
    ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]
      .filter((key) => !equalValues(draft[key], old[key]))
      .map((key) => forbiddenField(key, `updates to ${key} are forbidden.`)),
  "customresourcedefinitions.apiextensions.k8s.io": (draft, old) =>
    [["group"], ["scope"], ["names", "plural"], ["names", "kind"]].flatMap((path) => {
      const before = valueAt(part(old, "spec"), path);
      const after = valueAt(part(draft, "spec"), path);
      return equalValues(before, after) ? [] : [invalidField(`spec.${path.join(".")}`, after, immutable)];
    }),
};

function valueAt(draft: Draft | undefined, path: readonly string[]): unknown {
  return partAt(draft, ...path.slice(0, -1))?.[path[path.length - 1]!];
}

function selectorRule(draft: Draft, old: Draft): readonly FieldCause[] {
  const before = part(old, "spec")?.["selector"];
  const after = part(draft, "spec")?.["selector"];
  return equalValues(before, after) ? [] : [invalidField("spec.selector", after, immutable)];
}

const mutableOfStatefulSet = new Set([
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
]);

function statefulSetRule(draft: Draft, old: Draft): readonly FieldCause[] {
  const before = part(old, "spec") ?? {};
  const after = part(draft, "spec") ?? {};
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !mutableOfStatefulSet.has(key) && !equalValues(before[key], after[key]),
  );
  if (changed.length === 0) return [];
  return [
    forbiddenField(
      "spec",
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}

function jobRule(draft: Draft, old: Draft): readonly FieldCause[] {
  const before = part(old, "spec") ?? {};
  const after = part(draft, "spec") ?? {};
  const causes = ["selector", "completionMode"]
    .filter((key) => !equalValues(before[key], after[key]))
    .map((key) => invalidField(`spec.${key}`, after[key], immutable));
  if (!equalValues(before["completions"], after["completions"]) && after["completionMode"] !== "Indexed")
    causes.push(invalidField("spec.completions", after["completions"], immutable));
  // The template of a Job that never started may still change where it is scheduled; nothing here does that.
  if (!equalValues(before["template"], after["template"]))
    causes.push(invalidField("spec.template", after["template"], immutable));
  return causes;
}

function dataRule(keys: readonly string[]): Rule {
  return (draft, old) => {
    if (old["immutable"] !== true) return [];
    const causes = draft["immutable"] === true ? [] : [forbiddenField("immutable", "field is immutable when `immutable` is set")];
    for (const key of keys)
      if (!equalValues(draft[key], old[key])) causes.push(forbiddenField(key, "field is immutable when `immutable` is set"));
    return causes;
  };
}

function serviceRule(draft: Draft, old: Draft): readonly FieldCause[] {
  const before = text(part(old, "spec"), "clusterIP");
  const after = text(part(draft, "spec"), "clusterIP");
  const wasExternal = text(part(old, "spec"), "type") === "ExternalName";
  const isExternal = text(part(draft, "spec"), "type") === "ExternalName";
  if (before === after || wasExternal || isExternal) return [];
  return [invalidField("spec.clusterIPs[0]", [after], "may not change once set")];
}

function claimRule(draft: Draft, old: Draft): readonly FieldCause[] {
  const mutable = new Set(["resources", "volumeAttributesClassName", "volumeName"]);
  const before = part(old, "spec") ?? {};
  const after = part(draft, "spec") ?? {};
  const isBound = text(before, "volumeName") !== "";
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !equalValues(before[key], after[key]) && (!mutable.has(key) || (key === "volumeName" && isBound)),
  );
  return changed.length === 0
    ? []
    : [
        forbiddenField(
          "spec",
          "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        ),
      ];
}

function podRule(draft: Draft, old: Draft): readonly FieldCause[] {
  const comparable = (pod: Draft): unknown => {
    const {
      activeDeadlineSeconds: _a,
      tolerations: _t,
      terminationGracePeriodSeconds: _g,
      nodeName: _n,
      containers,
      initContainers,
      schedulingGates: _s,
      ...rest
    } = part(pod, "spec") ?? {};
    const withoutImages = (list: unknown): unknown =>
      Array.isArray(list) ? list.map((item: Draft) => ({ ...item, image: "" })) : list;
    return { ...rest, containers: withoutImages(containers), initContainers: withoutImages(initContainers) };
  };
  if (equalValues(comparable(draft), comparable(old))) return [];
  return [
    forbiddenField(
      "spec",
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
    ),
  ];
}

function roleRule(draft: Draft, old: Draft): readonly FieldCause[] {
  return equalValues(draft["roleRef"], old["roleRef"])
    ? []
    : [invalidField("roleRef", draft["roleRef"], "cannot change roleRef")];
}
